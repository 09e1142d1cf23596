// Adding a line here is an API decision: what is exported has to be kept.
export type { HeartbeatEvent } from "../events";
export type { RuntimeMetadata } from "./body";
export { type BeatReport, createHeartbeat, type Heartbeat } from "./heartbeat";
export type { HeartbeatOptions } from "./options";
