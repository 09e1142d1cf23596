import { deliverNextQueued } from "../agents/queue-delivery";
import { checkToken, WORKSPACE_TOKEN } from "../middleware/auth";
import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { inboundSecretField } from "../rules/credentials";
import { type Heartbeat, isStorable, parseHeartbeat } from "../rules/heartbeat";
import { extendLiveness } from "../rules/liveness";
import { applyStatusRules } from "../rules/status";
import { emitEvent, findWorkspace } from "../store";
import { isUuid } from "../text";
import type { RouteContext } from "./context";

/** Takes one heartbeat. For an unknown or removed workspace the response is the same, and nothing is stored. */
export function heartbeat(state: PlatformState) {
  return (c: RouteContext): Response => {
    const beat = parseHeartbeat(c.env.body.toString());
    if (beat === undefined) return c.json({ error: "invalid request body" }, 400);
    const id = beat.workspaceId;
    const error = checkToken(WORKSPACE_TOKEN, state, id, c.req.header("authorization"));
    if (error !== undefined) return c.json({ error }, 401);
    if (!isUuid(id) || !isStorable(beat)) return c.json({ error: "failed to update" }, 500);
    const workspace = findWorkspace(state, id);
    const taskBefore = workspace?.currentTask ?? "";
    const isStored = workspace !== undefined && workspace.status !== "removed";
    if (isStored) {
      storeHealth(state, workspace, beat);
      extendLiveness(state, workspace);
      applyStatusRules(state, workspace, beat);
    }
    emitHeartbeatEvents(state, beat, taskBefore);
    // Stored last: the rules above use the declarations of the heartbeat before.
    if (isStored) storeDeclarations(workspace, beat);
    if (isStored) deliverNextQueued(state, workspace);
    return c.json({ status: "ok", ...inboundSecretField(state, workspace) });
  };
}

/** Overwrites every field, also with the defaults of absent ones; only the spending is kept when it is not stated. */
function storeHealth(state: PlatformState, workspace: Workspace, beat: Heartbeat): void {
  workspace.lastHeartbeatAt = state.clock.now();
  workspace.errorRate = beat.errorRate;
  workspace.sampleError = beat.sampleError;
  workspace.activeTasks = beat.activeTasks;
  workspace.uptimeSeconds = beat.uptimeSeconds;
  workspace.currentTask = beat.currentTask;
  if (beat.monthlySpend > 0) workspace.monthlySpend = beat.monthlySpend;
}

function storeDeclarations(workspace: Workspace, beat: Heartbeat): void {
  workspace.idleTimeoutSeconds = beat.idleTimeoutSeconds;
  workspace.capabilities = beat.capabilities;
}

function emitHeartbeatEvents(state: PlatformState, beat: Heartbeat, taskBefore: string): void {
  const { workspaceId, activeTasks, currentTask, uptimeSeconds } = beat;
  if (currentTask !== taskBefore) {
    emitEvent(state, workspaceId, "TASK_UPDATED", {
      current_task: currentTask,
      active_tasks: activeTasks,
    });
  }
  emitEvent(state, workspaceId, "WORKSPACE_HEARTBEAT", {
    active_tasks: activeTasks,
    uptime_seconds: uptimeSeconds,
  });
}
