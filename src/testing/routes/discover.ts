import { mayTalk } from "../access";
import { isRoutable } from "../agents/agent-address";
import { REGISTRY_GATE, refusedBy } from "../gates/auth";
import { findWorkspace, type PlatformState } from "../state";
import { isUuid } from "../uuid";
import { agentOf, isExternal, urlOf, type Workspace } from "../workspace";
import type { RouteContext } from "./env";

/** Where a peer listens. An unknown caller or target is told the same as a stranger. */
export function discover(state: PlatformState) {
  return (c: RouteContext<"/registry/discover/:id">): Response => {
    const callerId = c.req.header("x-workspace-id");
    const targetId = c.req.param("id");
    if (!callerId) return c.json({ error: "X-Workspace-ID header is required" }, 400);
    const refusal = refusedBy(REGISTRY_GATE, state, callerId, c.req.header("authorization"));
    if (refusal !== undefined) return c.json({ error: refusal }, 401);
    if (!mayTalk(state, callerId, targetId)) {
      return c.json({ error: "not authorized to discover this workspace" }, 403);
    }
    // The database would not take such an id.
    if (!isUuid(targetId)) return c.json({ error: "lookup failed" }, 500);
    const target = findWorkspace(state, targetId);
    if (target === undefined) return c.json({ error: "workspace not found" }, 404);
    const agent = agentOf(target);
    if (agent === undefined) return c.json({ error: "workspace not available", status: target.status }, 503);
    if (!isRoutable(state, target, agent)) {
      return c.json({ error: "workspace URL failed safety check" }, 503);
    }
    return c.json({
      id: target.id,
      url: urlSeenBy(findWorkspace(state, callerId), target),
      name: target.name,
    });
  };
}

/** Inside a container loopback is the container itself, so a caller in one gets the host's name instead. */
function urlSeenBy(caller: Workspace | undefined, target: Workspace): string {
  const url = urlOf(target);
  if (caller === undefined || isExternal(caller)) return url;
  return url.replace(/^(https?:\/\/)(127\.0\.0\.1|localhost)(?=[:/]|$)/, "$1host.docker.internal");
}
