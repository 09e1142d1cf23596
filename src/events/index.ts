import type { AgentEvent } from "./agent";
import type { ClientEvent } from "./client";
import type { HeartbeatEvent } from "./heartbeat";
import type { InboxEvent } from "./inbox";

export type * from "./agent";
export type * from "./client";
export type * from "./delegations";
export type * from "./heartbeat";
export { type Emit, ignoreEvents, safeHooks } from "./hook";
export type * from "./inbox";

/** The events passed to `onEvent` of the client. Minor versions may add types. */
export type A2AEvent = ClientEvent | HeartbeatEvent | InboxEvent | AgentEvent;
