import type { A2AEvent, Emit } from "../../events";
import type { Clock } from "../../runtime/clock";
import type { BackgroundRequests } from "../background-requests";
import type { Pool } from "../http/pool";
import type { RequestContext } from "./platform-request";

/** The services of one client that all its parts share. `pool` is the pool for requests other than messages. */
export interface SharedServices extends RequestContext {
  /** Base URL of the platform, without a trailing slash. */
  readonly platformUrl: string;
  /** Pool for beats, which no other request may delay. */
  readonly beatPool: Pool;
  /** Pool for messages, whose replies may take minutes. */
  readonly messagePool: Pool;
  /** Largest body of a message or a task as JSON, in bytes. */
  readonly requestBytes: number;
  /** For requests that never wait for the platform. */
  readonly background: BackgroundRequests;
  /** Leaves what all clients of the platform share: called once, at the end of the client. */
  leavePlatform(): void;
  readonly clock: Clock;
  readonly emit: Emit<A2AEvent>;
}
