// Adding a line here is an API decision: what is exported has to be kept.
export { type BeatReport, createHeartbeat, type Heartbeat, type HeartbeatOptions } from "./heartbeat";
