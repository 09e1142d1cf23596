import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { changeStatus, emitEvent } from "../store";
import type { Heartbeat } from "./heartbeat";

const DEGRADED_FROM = 0.5;
const RECOVERED_BELOW = 0.1;

/** Changes the status of a workspace, which was `before`, as one heartbeat demands. */
type StatusRule = (state: PlatformState, workspace: Workspace, heartbeat: Heartbeat, before: string) => void;

/**
 * Applies every rule to the status from before the heartbeat. So a wedged agent with a high error rate emits
 * `WORKSPACE_DEGRADED` twice, and one that recovers wedged is online until its next heartbeat.
 */
export function applyStatusRules(state: PlatformState, workspace: Workspace, heartbeat: Heartbeat): void {
  const before = workspace.status;
  for (const rule of RULES) rule(state, workspace, heartbeat, before);
}

const RULES: readonly StatusRule[] = [degradeWedged, degradeFailing, recoverDegraded, recoverOffline];

function degradeWedged(
  state: PlatformState,
  workspace: Workspace,
  heartbeat: Heartbeat,
  before: string,
): void {
  if (before !== "online" || heartbeat.runtimeState !== "wedged") return;
  changeStatus(workspace, "online", "degraded");
  emitEvent(state, workspace.id, "WORKSPACE_DEGRADED", {
    runtime_state: "wedged",
    sample_error: heartbeat.sampleError,
  });
}

function degradeFailing(
  state: PlatformState,
  workspace: Workspace,
  heartbeat: Heartbeat,
  before: string,
): void {
  if (before !== "online" || heartbeat.errorRate < DEGRADED_FROM || managesOwnStatus(workspace)) return;
  changeStatus(workspace, "online", "degraded");
  emitEvent(state, workspace.id, "WORKSPACE_DEGRADED", {
    error_rate: heartbeat.errorRate,
    sample_error: heartbeat.sampleError,
  });
}

function recoverDegraded(
  state: PlatformState,
  workspace: Workspace,
  heartbeat: Heartbeat,
  before: string,
): void {
  const isHealthy = heartbeat.errorRate < RECOVERED_BELOW && heartbeat.runtimeState === "";
  if (before !== "degraded" || !isHealthy || managesOwnStatus(workspace)) return;
  changeStatus(workspace, "degraded", "online");
  emitEvent(state, workspace.id, "WORKSPACE_ONLINE");
}

/** Never recovers paused, hibernated or removed workspaces: these statuses are set by an operator. */
function recoverOffline(state: PlatformState, workspace: Workspace, _: Heartbeat, before: string): void {
  if (!state.differences.recoverableStatuses.includes(before)) return;
  changeStatus(workspace, before, "online");
  emitEvent(state, workspace.id, "WORKSPACE_ONLINE", { recovered_from: before });
}

/** With this capability the error rate of an agent does not change its status. */
function managesOwnStatus(workspace: Workspace): boolean {
  return workspace.capabilities.status_mgmt === true;
}
