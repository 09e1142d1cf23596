import type { Next } from "hono";
import type { RouteContext } from "../routes/env";
import type { PlatformState } from "../state";
import { isUuid } from "../uuid";
import { refusedStrictly } from "./auth";

/** Lets pass who shows the live token of the workspace in the path, or the operator's. */
export function strictly(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    const id = c.req.param("id") ?? "";
    const refusal = refusedStrictly(state, id, c.req.header("authorization"));
    if (refusal !== undefined) return c.json({ error: refusal }, 401);
    // Only the operator comes so far with such an id, which the database would not take.
    if (!isUuid(id)) return c.json({ error: "query failed" }, 500);
    await next();
    return undefined;
  };
}
