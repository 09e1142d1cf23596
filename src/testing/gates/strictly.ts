import type { Next } from "hono";
import type { RouteContext } from "../routes/env";
import type { PlatformState } from "../state";
import { refusedStrictly } from "./auth";

/** Lets pass who shows the live token of the workspace in the path, or the operator's. */
export function strictly(state: PlatformState) {
  return async (c: RouteContext, next: Next): Promise<Response | undefined> => {
    const refusal = refusedStrictly(state, c.req.param("id") ?? "", c.req.header("authorization"));
    if (refusal !== undefined) return c.json({ error: refusal }, 401);
    await next();
    return undefined;
  };
}
