import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { changeStatus, emitEvent, schedule } from "../store";

const PROVISIONING_TIMEOUT_MS = 10 * 60_000;
const RESUME_MS = 10_000;

/** Restarts the provisioning timeout: a workspace that is still `provisioning` at its end becomes `failed`. */
export function startProvisioningTimeout(state: PlatformState, workspace: Workspace): void {
  workspace.cancelProvisioningTimeout?.();
  workspace.cancelProvisioningTimeout = schedule(state, PROVISIONING_TIMEOUT_MS, () => {
    workspace.cancelProvisioningTimeout = null;
    if (!changeStatus(workspace, "provisioning", "failed")) return;
    emitEvent(state, workspace.id, "WORKSPACE_PROVISION_TIMEOUT");
  });
}

/** Resumes a hibernated workspace, as a message to it does. */
export function resumeHibernated(state: PlatformState, workspace: Workspace): void {
  changeStatus(workspace, "hibernated", "provisioning");
  startAgent(state, workspace);
}

/**
 * Starts the agent of a workspace that is `provisioning`: it becomes `online` after 10 s or with the first heartbeat,
 * whichever comes first. Without an agent to start, only a heartbeat or a registration makes it `online`, and the
 * provisioning timeout applies.
 */
export function startAgent(state: PlatformState, workspace: Workspace): void {
  startProvisioningTimeout(state, workspace);
  emitEvent(state, workspace.id, "WORKSPACE_PROVISIONING");
  if (workspace.url === null && workspace.reply === null) return;
  schedule(state, RESUME_MS, () => {
    if (!changeStatus(workspace, "provisioning", "online")) return;
    emitEvent(state, workspace.id, "WORKSPACE_ONLINE", { recovered_from: "provisioning" });
  });
}
