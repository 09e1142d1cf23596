import { isObject, type JsonObject, parseJson } from "../json";
import { checkToken, getCallerId, WORKSPACE_TOKEN } from "../middleware/auth";
import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { canAccess } from "../rules/access";
import { getUrl, isExternal, isRoutable, resolveAgent } from "../rules/agent";
import { findWorkspace } from "../store";
import { isUuid } from "../text";
import type { RouteContext } from "./context";

/** Id, name and URL of a peer. An unknown caller or target gets the same 403 as one without access. */
export function discover(state: PlatformState) {
  return (c: RouteContext<"/registry/discover/:id">): Response => {
    const callerId = getCallerId(c);
    const targetId = c.req.param("id");
    if (!callerId) return c.json({ error: "X-Workspace-ID header is required" }, 400);
    const error = checkToken(WORKSPACE_TOKEN, state, callerId, c.req.header("authorization"));
    if (error !== undefined) return c.json({ error }, 401);
    if (!canAccess(state, callerId, targetId)) {
      return c.json({ error: "not authorized to discover this workspace" }, 403);
    }
    // The database rejects such an id.
    if (!isUuid(targetId)) return c.json({ error: "lookup failed" }, 500);
    const target = findWorkspace(state, targetId);
    if (target === undefined) return c.json({ error: "workspace not found" }, 404);
    const agent = resolveAgent(state, target);
    if (agent === undefined) return c.json({ error: "workspace not available", status: target.status }, 503);
    if (!isRoutable(state, target, agent)) {
      return c.json({ error: "workspace URL failed safety check" }, 503);
    }
    return c.json({
      // As the request spelled it.
      id: targetId,
      url: getUrlFor(findWorkspace(state, callerId), target),
      name: target.name,
    });
  };
}

/** The URL as the caller can reach it: in a container, loopback is the container itself. */
function getUrlFor(caller: Workspace | undefined, target: Workspace): string {
  const url = getUrl(target);
  if (caller === undefined || isExternal(caller)) return url;
  return url.replace(/^(https?:\/\/)(127\.0\.0\.1|localhost)(?=[:/]|$)/, "$1host.docker.internal");
}

/** The siblings, children and parent of a workspace. */
export function listPeers(state: PlatformState) {
  return (c: RouteContext<"/registry/:id/peers">): Response => {
    const callerId = c.req.param("id");
    const error = checkToken(WORKSPACE_TOKEN, state, callerId, c.req.header("authorization"));
    if (error !== undefined) return c.json({ error }, 401);
    // The database rejects such an id.
    if (!isUuid(callerId)) return c.json({ error: "lookup failed" }, 500);
    const caller = findWorkspace(state, callerId);
    if (caller === undefined) return c.json({ error: "workspace not found" }, 404);
    const query = c.req.query("q")?.trim().toLowerCase() ?? "";
    const peers = findPeers(state, caller);
    // A defect of the platform: a search fails when any peer has no role.
    if (query !== "" && peers.some((peer) => peer.role === null)) return c.body(null, 500);
    return c.json(peers.filter((peer) => matchesQuery(peer, query)).map(toPeerRow));
  };
}

function findPeers(state: PlatformState, self: Workspace): Workspace[] {
  const others = [...state.workspaces.values()].filter(
    ({ id, status }) => id !== self.id && status !== "removed",
  );
  return [
    ...others.filter((other) => other.parentId === self.parentId),
    ...others.filter((other) => other.parentId === self.id),
    ...others.filter((other) => other.id === self.parentId),
  ];
}

function matchesQuery(peer: Workspace, query: string): boolean {
  return [peer.name, peer.role ?? ""].some((text) => text.toLowerCase().includes(query));
}

function toPeerRow(peer: Workspace): JsonObject {
  return {
    id: peer.id,
    name: peer.name,
    role: peer.role,
    tier: 2,
    status: peer.status,
    url: getUrl(peer),
    parent_id: peer.parentId,
    active_tasks: peer.activeTasks,
    agent_card: peer.agentCard,
  };
}

/** Whether one workspace may communicate with another. */
export function checkAccess(state: PlatformState) {
  return (c: RouteContext): Response => {
    const body = parseJson(c.env.body.toString());
    const { caller_id: caller, target_id: target } = isObject(body) ? body : {};
    if (!isId(caller) || !isId(target)) return c.json({ error: "invalid request body" }, 400);
    return c.json({ allowed: canAccess(state, caller, target) });
  };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
