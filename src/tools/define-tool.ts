import type { ToolResult } from "../messaging/tool-result";
import type { ToolContext } from "./context";
import type { PeerTool, PropertySchema, ToolAnnotations, ToolName } from "./tool";

/** A tool before it is bound to a client. `Input` has the arguments that passed the schema. */
export interface ToolDefinition<Input> {
  name: ToolName;
  title: string;
  description: string;
  properties: Record<string, PropertySchema>;
  required?: readonly (keyof Input & string)[];
  annotations: ToolAnnotations;
  /** May throw: the runner makes a result of it. */
  execute(context: ToolContext, input: Input, signal: AbortSignal | undefined): Promise<ToolResult>;
}

/** A tool whose arguments are known to its schema alone. */
export type AnyTool = Omit<PeerTool, "run"> & {
  execute(context: ToolContext, input: object, signal: AbortSignal | undefined): Promise<ToolResult>;
};

/** Defines a tool. Its arguments reach `execute` only after they passed its schema. */
export function defineTool<Input extends object>(definition: ToolDefinition<Input>): AnyTool {
  const { properties, required = [], execute, ...rest } = definition;
  return {
    ...rest,
    inputSchema: { type: "object", properties, required: [...required], additionalProperties: false },
    execute: (context, input, signal) => execute(context, input as Input, signal),
  };
}
