import { REGISTRY_GATE, refusedBy } from "../gates/auth";
import type { JsonObject } from "../json";
import { findWorkspace, type PlatformState } from "../state";
import { isUuid } from "../uuid";
import { urlOf, type Workspace } from "../workspace";
import type { RouteContext } from "./env";

/** The direct relatives of a workspace: siblings, children, parent. */
export function listPeers(state: PlatformState) {
  return (c: RouteContext<"/registry/:id/peers">): Response => {
    const callerId = c.req.param("id");
    const refusal = refusedBy(REGISTRY_GATE, state, callerId, c.req.header("authorization"));
    if (refusal !== undefined) return c.json({ error: refusal }, 401);
    // The database would not take such an id.
    if (!isUuid(callerId)) return c.json({ error: "lookup failed" }, 500);
    const caller = findWorkspace(state, callerId);
    if (caller === undefined) return c.json({ error: "workspace not found" }, 404);
    const query = c.req.query("q")?.trim().toLowerCase() ?? "";
    const peers = relativesOf(state, caller);
    // A known defect of the platform: a search over a peer without a role breaks the handler.
    if (query !== "" && peers.some((peer) => peer.role === null)) return c.body(null, 500);
    return c.json(peers.filter((peer) => fits(peer, query)).map(rowOf));
  };
}

function relativesOf(state: PlatformState, self: Workspace): Workspace[] {
  const others = [...state.workspaces.values()].filter(
    ({ id, status }) => id !== self.id && status !== "removed",
  );
  return [
    ...others.filter((other) => other.parentId === self.parentId),
    ...others.filter((other) => other.parentId === self.id),
    ...others.filter((other) => other.id === self.parentId),
  ];
}

function fits(peer: Workspace, query: string): boolean {
  return [peer.name, peer.role ?? ""].some((text) => text.toLowerCase().includes(query));
}

function rowOf(peer: Workspace): JsonObject {
  return {
    id: peer.id,
    name: peer.name,
    role: peer.role,
    tier: 2,
    status: peer.status,
    url: urlOf(peer),
    parent_id: peer.parentId,
    active_tasks: peer.activeTasks,
    agent_card: peer.agentCard,
  };
}
