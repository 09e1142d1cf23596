import type { ToolResult } from "../../messaging/tool-result";
import type { PeerTool } from "../tool";
import { type ToolInputSchema, toStandardSchema } from "./standard-schema";

/** The arguments of LangChain's `tool`: the function, and what describes it. */
export type LangChainTool = [
  run: (input: unknown, config?: { signal?: AbortSignal | undefined }) => Promise<[string, ToolResult]>,
  fields: {
    name: string;
    description: string;
    // LangChain takes a Standard Schema, and types it as a JSON Schema, of which one member has to be known.
    schema: ToolInputSchema & { title?: string };
    responseFormat: "content_and_artifact";
  },
];

/**
 * A tool as the arguments of `tool` of `@langchain/core/tools` (version 1): a model reads the text of a result, and the
 * program finds the whole result in the `artifact` of the tool message. A failure is a message as well, because an error
 * that is thrown ends the run of many agents.
 *
 * @example
 * const tools = createPeerTools(client).map((each) => tool(...toLangChainTool(each)));
 */
export function toLangChainTool({ name, description, inputSchema, run }: PeerTool): LangChainTool {
  return [
    async (input, config) => {
      const result = await run(input, { signal: config?.signal });
      return [result.text, result];
    },
    { name, description, schema: toStandardSchema(inputSchema), responseFormat: "content_and_artifact" },
  ];
}
