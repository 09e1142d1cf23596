import type { RequestContext } from "../transport/request/platform-request";
import type { Directory } from "./directory";
import type { PeerCache } from "./enricher/cache";

/** What the calls of this room need of the client, and what they teach. */
export interface PeersContext extends RequestContext {
  platformUrl: string;
  directory: Directory;
  cache: PeerCache;
}
