import type { Clock } from "../runtime/clock";
import type { RequestContext } from "../transport/request/platform-request";
import type { Directory } from "./directory";
import type { PeerCache } from "./enricher/cache";

/** What the calls of this folder need of the client, and where they store what they receive. */
export interface PeersContext extends RequestContext {
  platformUrl: string;
  clock: Clock;
  directory: Directory;
  cache: PeerCache;
}

/** How a request of the client itself differs from one its user makes. */
export interface RequestMode {
  /** Makes a single attempt that does not keep the process alive. @default false */
  background?: boolean;
  /** Stores received records in the cache. @default true */
  updateCache?: boolean;
}
