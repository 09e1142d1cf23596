// Adding a line here is an API decision: what is exported has to be kept.
export type { ToolResult } from "../messaging/tool-result";
export { createPeerTools, type PeerToolsOptions } from "./create-peer-tools";
export { formatInboundMessage, type InboundFields, toInboundFields } from "./inbound-message";
export type { JsonSchema, PeerTool, PropertySchema, ToolAnnotations, ToolName } from "./tool";
