import type { WorkspaceEvents } from "../event-stream/workspace-events";
import type { Workspace } from "../identity/workspaces";
import type { Pool } from "../transport/http/pool";
import type { RequestContext } from "../transport/request/platform-request";
import type { DeliveryMode } from "../validation/options";

/** What the calls of this folder need of the client. */
export interface DelegationContext extends RequestContext {
  /** The largest task as JSON, in bytes. */
  requestBytes: number;
  /** Connections for messages, whose answers may take minutes. */
  messagePool: Pool;
  workspaceEvents: WorkspaceEvents;
  /** Default limit of a `delegate`, in milliseconds: the budget of a send. */
  budgetMs: number;
  /** Whether a task that the platform may have is sent again. */
  delivery: DeliveryMode;
  /** The delegations this client has made, oldest first: their ids, and the workspaces that made them. */
  outstanding: Map<string, string>;
  /** Called with each delegation that this client makes, and the workspace that made it. */
  onDelegated: Set<(delegationId: string, workspaceId: string) => void>;
  /** Warnings of the platform that it cannot track a delegation, by its id, oldest first. */
  untracked: Map<string, string>;
  peers: {
    label(peerId: string): string;
    suggestPeers(text: string): string | undefined;
    getRoute(peerId: string): Workspace | undefined;
  };
}
