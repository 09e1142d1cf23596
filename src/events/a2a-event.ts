import type { AgentEvent } from "./agent";
import type { ClientEvent } from "./client";
import type { HeartbeatEvent } from "./heartbeat";
import type { InboxEvent } from "./inbox";

/** The events passed to `onEvent` of the client. Minor versions may add types. */
export type A2AEvent = ClientEvent | HeartbeatEvent | InboxEvent | AgentEvent;
