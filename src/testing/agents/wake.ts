import { tell } from "../events";
import { watchProvisioning } from "../registry/provisioning";
import type { PlatformState } from "../state";
import { after } from "../timers";
import { moveStatus, type Workspace } from "../workspace";

const WAKING_MS = 10_000;

/**
 * A message wakes a hibernated workspace: it is provisioned, and online after a short time or with the first
 * heartbeat, whichever comes first. Where there is nobody to start, only a heartbeat or a registration brings it back,
 * and without one it has failed in the end.
 */
export function wake(state: PlatformState, workspace: Workspace): void {
  moveStatus(workspace, "hibernated", "provisioning");
  watchProvisioning(state, workspace);
  tell(state, workspace.id, "WORKSPACE_PROVISIONING");
  if (workspace.url === null && workspace.reply === null) return;
  after(state, WAKING_MS, () => {
    if (!moveStatus(workspace, "provisioning", "online")) return;
    tell(state, workspace.id, "WORKSPACE_ONLINE", { recovered_from: "provisioning" });
  });
}
