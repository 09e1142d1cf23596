/**
 * The platform for tests: a real HTTP server, with faults on real sockets.
 *
 * @module a2a-peers/testing
 */

// The public surface of `a2a-peers/testing`. Adding a line here is an API decision.

export type { Clock } from "../runtime/clock";
export { type AgentFault, type AgentFaultKind, agentFault } from "./agents/agent-fault";
export { type ScriptOptions, type ScriptStep, script, task } from "./agents/script";
export { type ManualClock, manualClock } from "./clock";
export type { DelegationOutcome } from "./delegations/finish";
export type { PlatformVersion } from "./differences";
export type { Fault } from "./faults/fault";
export type { FaultKind } from "./faults/kinds";
export { faultKinds } from "./faults/table";
export type { IncomingMessage, Reply } from "./model/message";
export type { PlatformEvent } from "./model/state";
export type { DeliveryMode, NotifiedFile, UploadedFile } from "./model/workspace";
export type { DeployMode, PlatformOptions } from "./options";
export { startPlatform, type TestPlatform } from "./platform";
export type { RecordedRequest, WaitForRequestOptions } from "./request-log";
export type { NewWorkspace, TestWorkspace } from "./test-workspace";
export type { WorkspaceState } from "./workspace-state";
