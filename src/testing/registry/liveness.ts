import { tell } from "../events";
import type { PlatformState } from "../state";
import { after } from "../timers";
import { isExternal, type Workspace } from "../workspace";

const KEY_TTL_MS = 180_000;
const EXTERNAL_STALE_MS = 90_000;
const RUNNING = ["online", "degraded"];
// Decisions of an operator, which an agent's silence does not change.
const DECIDED = ["removed", "paused", "hibernated"];

/** What runs out when an agent falls silent. Without a call there is nothing that could. */
export interface Liveness {
  /** Calls off the expiry of the liveness key; null when the key is not there. */
  key: (() => void) | null;
  silence: (() => void) | null;
}

/** A registration sets the liveness key. */
export function setAlive(state: PlatformState, workspace: Workspace): void {
  const { liveness } = workspace;
  liveness.key?.();
  liveness.key = after(state, KEY_TTL_MS, () => {
    liveness.key = null;
    if (!DECIDED.includes(workspace.status)) fallSilent(state, workspace);
  });
  watchForSilence(state, workspace);
}

/** A heartbeat prolongs the key. One that has run out does not come back before the next registration. */
export function keepAlive(state: PlatformState, workspace: Workspace): void {
  if (workspace.liveness.key === null) watchForSilence(state, workspace);
  else setAlive(state, workspace);
}

/** Agents that run elsewhere are given up sooner. */
function watchForSilence(state: PlatformState, workspace: Workspace): void {
  const { liveness } = workspace;
  liveness.silence?.();
  liveness.silence = after(state, EXTERNAL_STALE_MS, () => {
    liveness.silence = null;
    if (isExternal(workspace) && RUNNING.includes(workspace.status)) fallSilent(state, workspace);
  });
}

function fallSilent(state: PlatformState, workspace: Workspace): void {
  const awaited = isExternal(workspace) && state.version === "2026-05";
  const status = awaited ? "awaiting_agent" : "offline";
  if (workspace.status === status) return;
  workspace.status = status;
  tell(state, workspace.id, "WORKSPACE_OFFLINE");
}
