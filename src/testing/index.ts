// The public surface of `a2a-peers/testing`. Adding a line here is an API decision.

export type { Clock } from "../runtime/clock";
export type { IncomingMessage } from "./agents/incoming-message";
export type { Reply } from "./agents/reply";
export { type ManualClock, manualClock } from "./clock";
export type { Fault } from "./faults/fault";
export type { FaultKind } from "./faults/fault-kind";
export { startPlatform, type TestPlatform } from "./platform";
export type { PlatformOptions } from "./platform-options";
export type { RecordedRequest } from "./recorder";
export type { PlatformEvent } from "./state";
export type { NewWorkspace, TestWorkspace } from "./test-workspace";
export type { WorkspaceState } from "./workspace-view";
