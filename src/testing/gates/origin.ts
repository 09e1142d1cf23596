import type { Next } from "hono";
import type { RouteContext } from "../routes/env";

const ALWAYS_ALLOWED = ["http://localhost:3000", "http://localhost:3001"];

/** An `Origin` other than the platform's own, or the canvas in development, is refused with an empty 403. */
export async function guardOrigin(c: RouteContext, next: Next): Promise<Response | undefined> {
  const origin = c.req.header("origin");
  const allowed = origin === undefined || isOwnOrigin(c) || ALWAYS_ALLOWED.includes(origin);
  if (!allowed) return c.body(null, 403);
  await next();
  return undefined;
}

/** Whether the request says that it comes from the platform's own pages. */
export function isOwnOrigin(c: RouteContext): boolean {
  const origin = c.req.header("origin");
  const host = c.req.header("host");
  return origin === `http://${host}` || origin === `https://${host}`;
}
