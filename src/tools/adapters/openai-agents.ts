import type { JsonSchema, PeerTool } from "../tool";

/** The options of the OpenAI Agents SDK's `tool`. */
export interface OpenAIAgentsTool {
  /** Name of the tool. */
  name: string;
  /** For the model. */
  description: string;
  /** What the model may give. */
  parameters: Omit<JsonSchema, "additionalProperties"> & { additionalProperties: true };
  /** Off: strict mode would require every argument. */
  strict: false;
  /** Runs the tool and resolves to its text. Never rejects. */
  execute(input: unknown, context?: unknown, details?: { signal?: AbortSignal }): Promise<string>;
}

/**
 * A tool as the options of `tool` of `@openai/agents` (version 0): a model reads the text of a result. Strict mode would
 * require every argument, so it is off, and the tool itself refuses arguments that do not exist.
 *
 * @example
 * const tools = createPeerTools(client).map((each) => tool(toOpenAIAgentsTool(each)));
 */
export function toOpenAIAgentsTool({ name, description, inputSchema, run }: PeerTool): OpenAIAgentsTool {
  return {
    name,
    description,
    parameters: { ...structuredClone(inputSchema), additionalProperties: true },
    strict: false,
    execute: async (input, _context, details) => (await run(input, { signal: details?.signal })).text,
  };
}
