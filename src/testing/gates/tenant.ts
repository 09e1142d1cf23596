import type { Next } from "hono";
import type { RouteContext } from "../routes/env";
import type { PlatformState } from "../state";
import { isOwnOrigin } from "./origin";

// An agent can announce itself before it knows its tenant.
const OPEN_ROUTES = ["/health", "/metrics", "/registry/register", "/registry/heartbeat"];
const OPEN_PREFIX = "/cp/";

/** A hosted platform hides from whoever does not name its organisation: an empty 404. */
export function guardTenant(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    if (!belongs(state, c)) return c.body(null, 404);
    await next();
    return undefined;
  };
}

function belongs({ orgId }: PlatformState, c: RouteContext): boolean {
  return (
    orgId === undefined ||
    OPEN_ROUTES.includes(c.req.path) ||
    c.req.path.startsWith(OPEN_PREFIX) ||
    c.req.header("x-molecule-org-id") === orgId ||
    isOwnOrigin(c)
  );
}
