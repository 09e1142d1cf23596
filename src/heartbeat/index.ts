// Adding a line here is an API decision: what is exported has to be kept.
export type { HeartbeatEvent } from "../events";
export type { RuntimeMetadata } from "./body";
export type { Results } from "./delegations/delegations";
export type { DelegationWatchOptions } from "./delegations/options";
export type { DelegationResult } from "./delegations/result";
export { type BeatReport, createHeartbeat, type Heartbeat } from "./heartbeat";
export type { HeartbeatOptions } from "./options";
