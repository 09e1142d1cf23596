export type { A2AEvent } from "./a2a-event";
export type * from "./agent";
export type * from "./client";
export type * from "./delegations";
export type * from "./heartbeat";
export { type Emit, ignoreEvents, safeHooks } from "./hook";
export type * from "./inbox";
export type * from "./telemetry";
