/**
 * An agent that answers: registered, online, and receiving.
 *
 * @module a2a-peers/agent
 */

// Every export here is public API and has to be kept.
export type { AgentEvent } from "../events";
export { type Agent, createAgent } from "./agent";
export type { Authenticate } from "./guard/authenticate";
export { type GuardedRequest, guardInbound, type InboundGuardOptions } from "./guard-inbound";
export { nodeGuard } from "./node/node-guard";
export { type FetchHandler, nodeHandler } from "./node/node-handler";
export type { NodeRequest } from "./node/web-request";
export type { NodeResponse } from "./node/write-response";
export type { AgentHandler, AgentHandlerResult, AgentOptions, AgentQuestion } from "./options";
