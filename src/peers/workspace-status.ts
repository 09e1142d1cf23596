import { settle } from "../errors";
import type { Workspace } from "../identity/workspaces";
import type { JsonRecord } from "../text/json";
import type { BackgroundLimits } from "../validation/options";
import type { PeersContext } from "./context";
import { getWorkspaceInfo } from "./workspace-info";

/** The state of a workspace according to the platform; empty when the platform gives none. */
export interface WorkspaceStatus {
  /** The error message for a workspace that was removed; absent for any other. */
  removed?: string;
  status?: string | undefined;
  /** `""` when the platform has none; absent when it does not say. */
  url?: string | undefined;
  deliveryMode?: string | undefined;
}

/** Looks the workspace up in the background. Resolves to an empty status for any failure but `workspace_removed`. */
export async function lookUpStatus(
  context: PeersContext,
  workspace: Workspace,
  limits: BackgroundLimits,
): Promise<WorkspaceStatus> {
  const info = await settle(
    getWorkspaceInfo(context, { source: workspace.id, ...limits }, { background: true }),
  );
  if (info.ok) {
    const { status, url, delivery_mode: deliveryMode } = info.value as JsonRecord;
    return { status: text(status), url: text(url), deliveryMode: text(deliveryMode) };
  }
  return info.error.code === "workspace_removed" ? { removed: info.error.message } : {};
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
