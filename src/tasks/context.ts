import type { Workspace } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";
import type { RequestContext } from "../transport/request/platform-request";

/** What the calls about tasks need of the client. `pool` is the one for messages, whose answers agents give. */
export interface TaskContext extends RequestContext {
  readonly clock: Clock;
  readonly peers: {
    label(peerId: string): string;
    suggestPeers(text: string): string | undefined;
    getRoute(peerId: string): Workspace | undefined;
  };
}
