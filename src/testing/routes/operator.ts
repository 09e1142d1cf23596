import { randomUUID } from "node:crypto";
import { hasShape, isInteger, isText, parseJson } from "../json";
import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { createSecret, issueToken } from "../rules/credentials";
import { startProvisioningTimeout } from "../rules/provisioning";
import { createWorkspace, emitEvent, findWorkspace } from "../store";
import type { RouteContext } from "./context";
import { toBudget, toWorkspaceRow } from "./workspaces";

/** All workspaces that are not removed. */
export function listWorkspaces(state: PlatformState) {
  return (c: RouteContext): Response =>
    c.json(
      [...state.workspaces.values()]
        .filter(({ status }) => status !== "removed")
        .map((workspace) => toWorkspaceRow(state, workspace)),
    );
}

interface WireWorkspace {
  name?: string | null;
  role?: string | null;
  url?: string | null;
  parent_id?: string | null;
  budget_limit?: number | null;
  max_concurrent_tasks?: number | null;
}

/**
 * Creates an external workspace: with a URL it is `online`, without one it waits for its agent and the response has its
 * token. The URL is not checked.
 */
export function createExternalWorkspace(state: PlatformState) {
  return (c: RouteContext): Response => {
    const body = parseJson(c.env.body.toString());
    if (!isWireWorkspace(body) || !body.name) return c.json({ error: "invalid request body" }, 400);
    const workspace = insertWorkspace(state, body.name, body);
    const { id } = workspace;
    if (workspace.url !== null) return c.json({ id, external: true, status: "online" }, 201);
    startProvisioningTimeout(state, workspace);
    const origin = new URL(c.req.url).origin;
    const connection = {
      workspace_id: id,
      platform_url: origin,
      auth_token: issueToken(state, workspace),
      registry_endpoint: `${origin}/registry/register`,
      heartbeat_endpoint: `${origin}/registry/heartbeat`,
    };
    return c.json({ id, external: true, status: "awaiting_agent", connection }, 201);
  };
}

function insertWorkspace(state: PlatformState, name: string, body: WireWorkspace): Workspace {
  const id = randomUUID();
  const url = body.url || null;
  const workspace = createWorkspace({
    id,
    name,
    role: body.role || null,
    parentId: body.parent_id || null,
    url,
    urlIsProvisioned: url !== null,
    // Whatever the response says, the row is that of a workspace that is being provisioned.
    status: url === null ? "provisioning" : "online",
    budgetLimit: body.budget_limit ?? null,
    maxConcurrentTasks: body.max_concurrent_tasks ?? 1,
    inboundSecret: createSecret(),
    createdAt: state.clock.now(),
  });
  state.workspaces.set(id, workspace);
  return workspace;
}

function isWireWorkspace(body: unknown): body is WireWorkspace {
  const texts = { name: isText, role: isText, url: isText, parent_id: isText };
  return hasShape(body, { ...texts, budget_limit: isInteger, max_concurrent_tasks: isInteger });
}

/** Removes a workspace: its tokens are revoked, and its URL stays. */
export function removeWorkspace(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined) return c.json({ error: "workspace not found" }, 404);
    workspace.status = "removed";
    workspace.removedAt = state.timestamp();
    workspace.hasUnusableToken = false;
    emitEvent(state, workspace.id, "WORKSPACE_REMOVED");
    return c.json({ status: "removed" });
  };
}

/** Sets the spending limit of a workspace, in US cents; null is none. */
export function setBudget(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/budget">): Response => {
    const body = parseJson(c.env.body.toString());
    const workspace = findWorkspace(state, c.req.param("id"));
    if (!isWireWorkspace(body)) return c.json({ error: "invalid request body" }, 400);
    if (workspace === undefined) return c.json({ error: "workspace not found" }, 404);
    workspace.budgetLimit = body.budget_limit ?? null;
    return c.json(toBudget(workspace));
  };
}

/** Pauses, resumes or restarts a workspace. */
export function operate(state: PlatformState, action: (state: PlatformState, workspace: Workspace) => void) {
  return (c: RouteContext<"/workspaces/:id/pause">): Response => {
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined || workspace.status === "removed") {
      return c.json({ error: "workspace not found" }, 404);
    }
    action(state, workspace);
    return c.json({ status: workspace.status });
  };
}
