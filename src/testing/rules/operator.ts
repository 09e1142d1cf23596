import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { emitEvent } from "../store";
import { isExternal } from "./agent";
import { startAgent } from "./provisioning";

const URL_CACHE_MS = 5 * 60_000;

/** Pauses a workspace, as its operator does: the platform forgets the URL of its agent. */
export function pauseWorkspace(state: PlatformState, workspace: Workspace): void {
  workspace.status = "paused";
  workspace.cachedUrl = null;
  forgetUrl(workspace);
  emitEvent(state, workspace.id, "WORKSPACE_PAUSED");
}

/**
 * Resumes a paused workspace: the platform starts its agent. It has none to start for an external one, which ends as
 * `failed` and without a URL until the agent registers again.
 */
export function resumeWorkspace(state: PlatformState, workspace: Workspace): void {
  const wasExternal = isExternal(workspace);
  workspace.status = "provisioning";
  startAgent(state, workspace);
  if (!wasExternal) return;
  workspace.status = "failed";
  emitEvent(state, workspace.id, "WORKSPACE_PROVISION_FAILED");
}

/** Restarts a workspace. The platform forgets the URL as for a pause, but messages still reach it for 5 minutes. */
export function restartWorkspace(state: PlatformState, workspace: Workspace): void {
  const { url } = workspace;
  const expiresAt = state.clock.now() + URL_CACHE_MS;
  forgetUrl(workspace);
  resumeWorkspace(state, workspace);
  workspace.cachedUrl = url === null ? null : { url, expiresAt };
}

function forgetUrl(workspace: Workspace): void {
  workspace.url = null;
  workspace.urlIsProvisioned = false;
}
