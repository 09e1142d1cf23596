import type { JsonObject } from "../json";
import { findWorkspace, type PlatformState } from "../state";
import { isUuid } from "../uuid";
import { isExternal, uptimeOf, urlOf, type Workspace } from "../workspace";
import type { RouteContext } from "./env";

/** What everybody may know about a workspace. */
export function workspaceInfo(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id">): Response => {
    const id = c.req.param("id");
    if (!isUuid(id)) return c.json({ error: "invalid workspace ID" }, 400);
    const workspace = findWorkspace(state, id);
    if (workspace === undefined) return c.json({ error: "workspace not found" }, 404);
    if (isGone(state, workspace) && c.req.query("include_removed") !== "true") {
      return c.json(goneOf(workspace), 410);
    }
    return c.json(rowOf(state, workspace));
  };
}

/** The earlier version shows a removed workspace like any other. */
function isGone(state: PlatformState, workspace: Workspace): boolean {
  return workspace.status === "removed" && state.version === "2026-05";
}

function goneOf(workspace: Workspace): JsonObject {
  return {
    error: "workspace removed",
    id: workspace.id,
    removed_at: workspace.removedAt,
    hint: "Regenerate workspace + token from the canvas → Tokens tab",
  };
}

function rowOf(state: PlatformState, workspace: Workspace): JsonObject {
  return {
    id: workspace.id,
    name: workspace.name,
    role: workspace.role,
    tier: 2,
    status: workspace.status,
    agent_card: workspace.agentCard,
    url: urlOf(workspace),
    parent_id: workspace.parentId,
    active_tasks: workspace.activeTasks,
    max_concurrent_tasks: workspace.maxConcurrentTasks,
    last_error_rate: workspace.errorRate,
    uptime_seconds: uptimeOf(workspace, state.clock.now()),
    runtime: isExternal(workspace) ? "external" : "langgraph",
    x: 0,
    y: 0,
    collapsed: false,
    last_outbound_at: workspace.lastOutboundAt,
  };
}
