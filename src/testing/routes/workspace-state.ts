import { findWorkspace, type PlatformState } from "../state";
import type { RouteContext } from "./env";

/** What an agent asks for to learn that it was paused or deleted. */
export function workspaceState(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/state">): Response => {
    const id = c.req.param("id");
    const workspace = findWorkspace(state, id);
    if (workspace === undefined) return c.json({ workspace_id: id, deleted: true }, 404);
    const { status } = workspace;
    if (status === "removed") return c.json({ workspace_id: workspace.id, status, deleted: true }, 404);
    return c.json({ workspace_id: workspace.id, status, paused: status === "paused", deleted: false });
  };
}
