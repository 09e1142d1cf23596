import { drainOne } from "../agents/drain";
import { tell } from "../events";
import { REGISTRY_GATE, refusedBy } from "../gates/auth";
import { parseJson } from "../json";
import { type Beat, readBeat } from "../registry/beat";
import { secretFor } from "../registry/inbound-secret";
import { keepAlive } from "../registry/liveness";
import { applyStatusRules } from "../registry/status-rules";
import { findWorkspace, type PlatformState } from "../state";
import { isUuid } from "../uuid";
import type { Workspace } from "../workspace";
import type { RouteContext } from "./env";

/** One sign of life. Of a workspace that is unknown or removed nothing changes, and the answer is the same. */
export function heartbeat(state: PlatformState) {
  return (c: RouteContext): Response => {
    const beat = readBeat(parseJson(c.env.body.toString()));
    if (beat === undefined) return c.json({ error: "invalid request body" }, 400);
    const id = beat.workspaceId;
    const refusal = refusedBy(REGISTRY_GATE, state, id, c.req.header("authorization"));
    if (refusal !== undefined) return c.json({ error: refusal }, 401);
    // The database would not take such an id.
    if (!isUuid(id)) return c.json({ error: "failed to update" }, 500);
    const workspace = findWorkspace(state, id);
    const taskBefore = workspace?.currentTask ?? "";
    const isAlive = workspace !== undefined && workspace.status !== "removed";
    if (isAlive) {
      noteHealth(state, workspace, beat);
      keepAlive(state, workspace);
      applyStatusRules(state, workspace, beat);
    }
    tellOf(state, beat, taskBefore);
    // Last, so that the rules above went by what the beat before declared.
    if (isAlive) noteDeclarations(workspace, beat);
    if (isAlive) drainOne(state, workspace);
    return c.json({ status: "ok", ...secretFor(state, workspace) });
  };
}

/** Everything is overwritten, also by what the beat left out; only spending is kept when none is stated. */
function noteHealth(state: PlatformState, workspace: Workspace, beat: Beat): void {
  workspace.lastHeartbeatAt = state.clock.now();
  workspace.errorRate = beat.errorRate;
  workspace.sampleError = beat.sampleError;
  workspace.activeTasks = beat.activeTasks;
  workspace.uptimeSeconds = beat.uptimeSeconds;
  workspace.currentTask = beat.currentTask;
  if (beat.monthlySpend > 0) workspace.monthlySpend = beat.monthlySpend;
}

function noteDeclarations(workspace: Workspace, beat: Beat): void {
  workspace.idleTimeoutSeconds = beat.idleTimeoutSeconds;
  workspace.capabilities = beat.capabilities;
}

function tellOf(state: PlatformState, beat: Beat, taskBefore: string): void {
  const { workspaceId, activeTasks, currentTask, uptimeSeconds } = beat;
  if (currentTask !== taskBefore) {
    tell(state, workspaceId, "TASK_UPDATED", { current_task: currentTask, active_tasks: activeTasks });
  }
  tell(state, workspaceId, "WORKSPACE_HEARTBEAT", {
    active_tasks: activeTasks,
    uptime_seconds: uptimeSeconds,
  });
}
