// Every export here is public API and has to be kept.
export type { AgentEvent } from "../events";
export { type Agent, createAgent } from "./agent";
export type { Authenticate } from "./guard/authenticate";
export { type GuardedRequest, guardInbound, type InboundGuardOptions } from "./guard-inbound";
export { type FetchHandler, type NodeRequest, type NodeResponse, nodeHandler } from "./node-handler";
export type { AgentHandler, AgentHandlerResult, AgentOptions, AgentQuestion } from "./options";
