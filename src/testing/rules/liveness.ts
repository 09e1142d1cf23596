import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { emitEvent, schedule } from "../store";
import { isExternal } from "./agent";

const KEY_TTL_MS = 180_000;
const EXTERNAL_STALE_MS = 90_000;
const RUNNING = ["online", "degraded"];
// Set by an operator, so missing heartbeats do not change them.
const OPERATOR_STATUSES = ["removed", "paused", "hibernated"];

/** Sets the liveness key for 180 s, as a registration does, and restarts the stale check. */
export function setLivenessKey(state: PlatformState, workspace: Workspace): void {
  const { liveness } = workspace;
  liveness.cancelKeyExpiry?.();
  liveness.cancelKeyExpiry = schedule(state, KEY_TTL_MS, () => {
    liveness.cancelKeyExpiry = null;
    if (!OPERATOR_STATUSES.includes(workspace.status)) markStale(state, workspace);
  });
  restartStaleCheck(state, workspace);
}

/** Extends the liveness key, as a heartbeat does. An expired key stays expired until the next registration. */
export function extendLiveness(state: PlatformState, workspace: Workspace): void {
  if (workspace.liveness.cancelKeyExpiry === null) restartStaleCheck(state, workspace);
  else setLivenessKey(state, workspace);
}

/** External agents are stale after 90 s, before the key expires. */
function restartStaleCheck(state: PlatformState, workspace: Workspace): void {
  const { liveness } = workspace;
  liveness.cancelStaleCheck?.();
  liveness.cancelStaleCheck = schedule(state, EXTERNAL_STALE_MS, () => {
    liveness.cancelStaleCheck = null;
    if (isExternal(workspace) && RUNNING.includes(workspace.status)) markStale(state, workspace);
  });
}

function markStale(state: PlatformState, workspace: Workspace): void {
  const status = isExternal(workspace) ? state.differences.staleExternalStatus : "offline";
  if (workspace.status === status) return;
  workspace.status = status;
  emitEvent(state, workspace.id, "WORKSPACE_OFFLINE");
}
