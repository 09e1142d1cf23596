import type { ToolResult } from "../../messaging/tool-result";
import type { JsonSchema, PeerTool, ToolAnnotations } from "../tool";
import { type ToolInput, type ToolInputSchema, toStandardSchema } from "./standard-schema";

/** The result of a call in the form of MCP. */
export type McpToolResult = { content: { type: "text"; text: string }[]; isError: boolean };

/** Where a request's signal is: in the context of `@modelcontextprotocol/server`, or in that of its predecessor. */
export interface McpRequestContext {
  /** The request, in version 2 of the SDK. */
  readonly mcpReq?: { readonly signal?: AbortSignal };
  /** The signal, in version 1 of the SDK. */
  readonly signal?: AbortSignal;
}

/** The arguments of `registerTool`. */
export type McpTool = [
  name: string,
  config: { title: string; description: string; inputSchema: ToolInputSchema; annotations: ToolAnnotations },
  call: (input: ToolInput, context: McpRequestContext) => Promise<McpToolResult>,
];

/**
 * A tool as the arguments of `McpServer.registerTool` of `@modelcontextprotocol/server` (version 2).
 *
 * @example
 * for (const tool of createPeerTools(client)) server.registerTool(...toMcpTool(tool));
 */
export function toMcpTool({ name, title, description, inputSchema, annotations, run }: PeerTool): McpTool {
  return [
    name,
    { title, description, inputSchema: toStandardSchema(inputSchema), annotations },
    async (input, context) => toMcpResult(await run(input, { signal: signalOf(context) })),
  ];
}

/** The answers to `tools/list` and `tools/call`. */
export interface McpHandlers {
  /** The answer to `tools/list`. */
  listTools(): {
    tools: {
      name: string;
      title: string;
      description: string;
      inputSchema: JsonSchema;
      annotations: ToolAnnotations;
    }[];
  };
  /** The answer to `tools/call`. Never rejects: an unknown tool and a failure are results with `isError`. */
  callTool(
    request: { params: { name: string; arguments?: Record<string, unknown> | undefined } },
    context: McpRequestContext,
  ): Promise<McpToolResult>;
}

/**
 * The handlers of a `Server`, of `@modelcontextprotocol/server` as of its predecessor `@modelcontextprotocol/sdk`,
 * whose `registerTool` takes no JSON Schema.
 *
 * @example
 * const { listTools, callTool } = createMcpHandlers(createPeerTools(client));
 * server.setRequestHandler(ListToolsRequestSchema, listTools);
 * server.setRequestHandler(CallToolRequestSchema, callTool);
 */
export function createMcpHandlers(tools: readonly PeerTool[]): McpHandlers {
  return {
    listTools: () => ({ tools: tools.map(({ run: _, ...shown }) => structuredClone(shown)) }),
    async callTool({ params }, context) {
      const tool = tools.find(({ name }) => name === params.name);
      if (tool === undefined) {
        const known = tools.map(({ name }) => name).join(", ");
        return toMcpResult({
          text: `There is no tool ${params.name}. The tools are ${known}.`,
          isError: true,
        });
      }
      return toMcpResult(await tool.run(params.arguments, { signal: signalOf(context) }));
    },
  };
}

const signalOf = ({ mcpReq, signal }: McpRequestContext): AbortSignal | undefined => mcpReq?.signal ?? signal;

const toMcpResult = ({ text, isError }: ToolResult): McpToolResult => ({
  content: [{ type: "text", text }],
  isError,
});
