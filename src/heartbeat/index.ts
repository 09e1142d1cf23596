// Adding a line here is an API decision: what is exported has to be kept.
export type { HeartbeatEvent } from "../events";
export type { DelegationWatchOptions } from "../results/options";
export type { DelegationResult } from "../results/result";
export type { Results } from "../results/results";
export type { RuntimeMetadata } from "./beat-payload";
export { type BeatReport, createHeartbeat, type Heartbeat } from "./heartbeat";
export type { HeartbeatOptions } from "./options";
