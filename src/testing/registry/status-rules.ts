import { tell } from "../events";
import type { PlatformState } from "../state";
import { moveStatus, type Workspace } from "../workspace";
import type { Beat } from "./beat";

const DEGRADED_FROM = 0.5;
const RECOVERED_BELOW = 0.1;
// A beat proves that these are not so. Paused, hibernated and removed are decisions, which no beat overrules.
const DISPROVED = {
  "2026-04": ["offline", "provisioning"],
  "2026-05": ["offline", "provisioning", "awaiting_agent", "failed"],
};

/** What one heartbeat says about a workspace that had the status `before`. */
type StatusRule = (state: PlatformState, workspace: Workspace, beat: Beat, before: string) => void;

/**
 * All rules look at the status from before the beat. So a wedged agent with many errors is told degraded twice, and
 * one that comes back wedged is online until its next beat.
 */
export function applyStatusRules(state: PlatformState, workspace: Workspace, beat: Beat): void {
  const before = workspace.status;
  for (const rule of RULES) rule(state, workspace, beat, before);
}

const RULES: readonly StatusRule[] = [wedged, failing, recovered, cameBack];

function wedged(state: PlatformState, workspace: Workspace, beat: Beat, before: string): void {
  if (before !== "online" || beat.runtimeState !== "wedged") return;
  moveStatus(workspace, "online", "degraded");
  tell(state, workspace.id, "WORKSPACE_DEGRADED", {
    runtime_state: "wedged",
    sample_error: beat.sampleError,
  });
}

function failing(state: PlatformState, workspace: Workspace, beat: Beat, before: string): void {
  if (before !== "online" || beat.errorRate < DEGRADED_FROM || judgesItself(workspace)) return;
  moveStatus(workspace, "online", "degraded");
  tell(state, workspace.id, "WORKSPACE_DEGRADED", {
    error_rate: beat.errorRate,
    sample_error: beat.sampleError,
  });
}

function recovered(state: PlatformState, workspace: Workspace, beat: Beat, before: string): void {
  const healthy = beat.errorRate < RECOVERED_BELOW && beat.runtimeState === "";
  if (before !== "degraded" || !healthy || judgesItself(workspace)) return;
  moveStatus(workspace, "degraded", "online");
  tell(state, workspace.id, "WORKSPACE_ONLINE");
}

function cameBack(state: PlatformState, workspace: Workspace, _beat: Beat, before: string): void {
  if (!DISPROVED[state.version].includes(before)) return;
  moveStatus(workspace, before, "online");
  tell(state, workspace.id, "WORKSPACE_ONLINE", { recovered_from: before });
}

/** An agent with this capability states how it is; nothing is concluded from its error rate. */
function judgesItself(workspace: Workspace): boolean {
  return workspace.capabilities.status_mgmt === true;
}
