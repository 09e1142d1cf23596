import type { JsonObject } from "../json";
import { checkToken, WORKSPACE_TOKEN } from "../middleware/auth";
import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { getUrl, isExternal } from "../rules/agent";
import { findWorkspace, getUptimeSeconds } from "../store";
import { isUuid } from "../text";
import type { RouteContext } from "./context";

/** The public fields of a workspace. */
export function getWorkspace(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id">): Response => {
    const id = c.req.param("id");
    if (!isUuid(id)) return c.json({ error: "invalid workspace ID" }, 400);
    const workspace = findWorkspace(state, id);
    if (workspace === undefined) return c.json({ error: "workspace not found" }, 404);
    const isHidden = workspace.status === "removed" && state.differences.hidesRemovedWorkspaces;
    if (isHidden && c.req.query("include_removed") !== "true") return c.json(toRemovedBody(workspace), 410);
    return c.json(toWorkspaceRow(state, workspace));
  };
}

function toRemovedBody(workspace: Workspace): JsonObject {
  return {
    error: "workspace removed",
    id: workspace.id,
    removed_at: workspace.removedAt,
    hint: "Regenerate workspace + token from the canvas → Tokens tab",
  };
}

/** A workspace in the field names of the wire. */
export function toWorkspaceRow(state: PlatformState, workspace: Workspace): JsonObject {
  return {
    id: workspace.id,
    name: workspace.name,
    role: workspace.role,
    tier: 2,
    status: workspace.status,
    agent_card: workspace.agentCard,
    url: getUrl(workspace),
    parent_id: workspace.parentId,
    active_tasks: workspace.activeTasks,
    max_concurrent_tasks: workspace.maxConcurrentTasks,
    last_error_rate: workspace.errorRate,
    uptime_seconds: getUptimeSeconds(workspace, state.clock.now()),
    runtime: isExternal(workspace) ? "external" : "langgraph",
    x: 0,
    y: 0,
    collapsed: false,
    last_outbound_at: workspace.lastOutboundAt,
  };
}

/** Whether a workspace is paused or deleted, for its own agent. */
export function getWorkspaceState(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/state">): Response => {
    const id = c.req.param("id");
    // The bearer is checked once more, as a token of this workspace alone: the operator's is refused.
    const error = checkToken(WORKSPACE_TOKEN, state, id, c.req.header("authorization"));
    if (error !== undefined) return c.json({ error }, 401);
    const workspace = findWorkspace(state, id);
    if (workspace === undefined) return c.json({ workspace_id: id, deleted: true }, 404);
    const { status } = workspace;
    if (status === "removed") return c.json({ workspace_id: workspace.id, status, deleted: true }, 404);
    return c.json({ workspace_id: workspace.id, status, paused: status === "paused", deleted: false });
  };
}

/** Limit, spending and remaining budget of a workspace, in US cents. */
export function getBudget(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/budget">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined) return c.json({ error: "workspace not found" }, 404);
    return c.json(toBudget(workspace));
  };
}

export function toBudget({ budgetLimit: limit, monthlySpend: spend }: Workspace): JsonObject {
  return {
    budget_limit: limit,
    monthly_spend: spend,
    budget_remaining: limit === null ? null : limit - spend,
  };
}
