import { settle } from "../errors";
import type { Workspace } from "../identity/workspaces";
import type { BackgroundLimits } from "../validation/options";
import type { PeersContext } from "./context";
import { getWorkspaceInfo } from "./workspace-info";

/** The state of a workspace according to the platform; empty when the platform gives none. */
export interface WorkspaceStatus {
  /** Why the workspace is gone; set only for one that was removed. */
  removed?: string;
  status?: string | undefined;
}

/** Looks the workspace up in the background. A failure other than `workspace_removed` resolves to an empty status. */
export async function lookUpStatus(
  context: PeersContext,
  workspace: Workspace,
  limits: BackgroundLimits,
): Promise<WorkspaceStatus> {
  const info = await settle(getWorkspaceInfo(context, { source: workspace.id, ...limits }, true));
  if (info.ok) return { status: info.value.status };
  return info.error.code === "workspace_removed" ? { removed: info.error.message } : {};
}
