/**
 * What a client can do, as tools for a model.
 *
 * @module a2a-peers/tools
 */

// Adding a line here is an API decision: what is exported has to be kept.
export type { ToolResult } from "../messaging/tool-result";
export { type AISDKTool, toAISDKTools } from "./adapters/ai-sdk";
export { type LangChainTool, toLangChainTool } from "./adapters/langchain";
export {
  createMcpHandlers,
  type McpHandlers,
  type McpRequestContext,
  type McpTool,
  type McpToolResult,
  toMcpTool,
} from "./adapters/mcp";
export { type OpenAIAgentsTool, toOpenAIAgentsTool } from "./adapters/openai-agents";
export type { ToolInput, ToolInputSchema } from "./adapters/standard-schema";
export { createPeerTools, type PeerToolsOptions } from "./create-peer-tools";
export { formatInboundMessage, type InboundFields, toInboundFields } from "./inbound-message";
export type { JsonSchema, PeerTool, PropertySchema, ToolAnnotations, ToolName } from "./tool";
