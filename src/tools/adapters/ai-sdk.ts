import type { ToolResult } from "../../messaging/tool-result";
import type { PeerTool } from "../tool";
import { type ToolInput, type ToolInputSchema, toStandardSchema } from "./standard-schema";

/** A tool in the form of the AI SDK. */
export interface AISDKTool {
  /** For people. */
  title: string;
  /** For the model. */
  description: string;
  /** What the model may give. */
  inputSchema: ToolInputSchema;
  /** Runs the tool. Never rejects. */
  execute(input: ToolInput, options: { abortSignal?: AbortSignal | undefined }): Promise<ToolResult>;
  /** What the model reads of a result. */
  toModelOutput(options: { output: ToolResult }): { type: "text" | "error-text"; value: string };
}

/**
 * The tools as the `tools` of the AI SDK (`ai`, version 6): a model reads the text of a result, a failed one as an
 * error, and the program finds `data` in the output.
 *
 * @example
 * const { text } = await generateText({ model, prompt, tools: toAISDKTools(createPeerTools(client)) });
 */
export function toAISDKTools(tools: readonly PeerTool[]): Record<string, AISDKTool> {
  return Object.fromEntries(tools.map((tool) => [tool.name, toAISDKTool(tool)]));
}

function toAISDKTool({ title, description, inputSchema, run }: PeerTool): AISDKTool {
  return {
    title,
    description,
    inputSchema: toStandardSchema(inputSchema),
    execute: (input, { abortSignal }) => run(input, { signal: abortSignal }),
    toModelOutput: ({ output: { text, isError } }) => ({
      type: isError ? "error-text" : "text",
      value: text,
    }),
  };
}
