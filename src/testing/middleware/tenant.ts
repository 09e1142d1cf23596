import type { Next } from "hono";
import type { PlatformState } from "../model/state";
import type { RouteContext } from "../routes/context";
import { isOwnOrigin } from "./origin";

// An agent may register before it knows its organisation.
const OPEN_ROUTES = ["/health", "/metrics", "/registry/register", "/registry/heartbeat"];
const OPEN_PREFIX = "/cp/";

/** On a hosted platform, refuses requests that do not name its organisation with an empty 404. */
export function checkTenant(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    if (!isAllowed(state, c)) return c.body(null, 404);
    await next();
    return undefined;
  };
}

function isAllowed({ orgId }: PlatformState, c: RouteContext): boolean {
  return (
    orgId === undefined ||
    OPEN_ROUTES.includes(c.req.path) ||
    c.req.path.startsWith(OPEN_PREFIX) ||
    c.req.header("x-molecule-org-id") === orgId ||
    isOwnOrigin(c)
  );
}
