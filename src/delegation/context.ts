import type { Workspace } from "../identity/workspaces";
import type { RequestContext } from "../transport/request/platform-request";

/** What the calls of this folder need of the client. */
export interface DelegationContext extends RequestContext {
  /** The largest task as JSON, in bytes. */
  requestBytes: number;
  /** Ids of the delegations this client has made, oldest first. */
  outstanding: Set<string>;
  peers: {
    label(peerId: string): string;
    suggestPeers(text: string): string | undefined;
    getRoute(peerId: string): Workspace | undefined;
  };
}
