import type { A2AEvent, Emit } from "../events";
import type { Workspace } from "../identity/workspaces";
import type { RequestContext } from "../transport/request/platform-request";
import type { CallOptions } from "../validation/options";
import type { UrlCheckContext } from "./check-url";
import type { RegistrationState } from "./registration-state";
import type { TokenStore } from "./token-store";

/** What the calls of this folder need of the client. */
export interface RegistrationContext extends RequestContext, UrlCheckContext {
  readonly platformUrl: string;
  emit: Emit<A2AEvent>;
  /** Problems with the environment that are not reported yet. The first registration reports and removes them. */
  pendingWarnings: string[];
  store: TokenStore;
  /** Asks the platform for a workspace. Rejects with `workspace_removed` when it was deleted. */
  getWorkspaceInfo(options: CallOptions): Promise<unknown>;
  stateFor(workspace: Workspace): RegistrationState;
}
