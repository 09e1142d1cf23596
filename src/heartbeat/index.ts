/**
 * Keeps a workspace online, reports the health of its agent, and delivers results of delegations.
 *
 * @module a2a-peers/heartbeat
 */

// Every export here is public API and has to be kept.
export type { HeartbeatEvent } from "../events";
export type { DelegationWatchOptions } from "../results/options";
export type { DelegationResult } from "../results/result";
export type { Results } from "../results/results";
export type { BeatReport } from "./beat";
export type { RuntimeMetadata } from "./beat-payload";
export { createHeartbeat, type Heartbeat } from "./heartbeat";
export type { HeartbeatOptions } from "./options";
