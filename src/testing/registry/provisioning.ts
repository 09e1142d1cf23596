import { tell } from "../events";
import type { PlatformState } from "../state";
import { after } from "../timers";
import { moveStatus, type Workspace } from "../workspace";

const PATIENCE_MS = 10 * 60_000;

/** To be called for a workspace that begins to be provisioned: one that is not up in time has failed. */
export function watchProvisioning(state: PlatformState, workspace: Workspace): void {
  workspace.cancelProvisioning?.();
  workspace.cancelProvisioning = after(state, PATIENCE_MS, () => {
    workspace.cancelProvisioning = null;
    if (!moveStatus(workspace, "provisioning", "failed")) return;
    tell(state, workspace.id, "WORKSPACE_PROVISION_TIMEOUT");
  });
}
