import type { A2AEvent, Emit } from "../events";
import type { Workspace, Workspaces } from "../identity/workspaces";
import type { Calls } from "../transport/calls";
import type { Pool } from "../transport/http/pool";
import type { Execute } from "../transport/request/execute";
import type { DeliveryMode } from "../validation/options";

/** What a send needs of the client. */
export interface MessagingContext {
  delivery: DeliveryMode;
  /** Default of the whole send, in milliseconds. */
  budgetMs: number;
  /** Default of one attempt, in milliseconds. */
  sendMs: number;
  /** The largest message as JSON, in bytes. */
  requestBytes: number;
  workspaces: Workspaces;
  calls: Calls;
  execute: Execute;
  pool: Pool;
  emit: Emit<A2AEvent>;
  peers: {
    label(peerId: string): string;
    suggestPeers(text: string): string | undefined;
    getRoute(peerId: string): Workspace | undefined;
    deleteRoute(peerId: string, workspace: Workspace): void;
  };
}
