import type { Next } from "hono";
import type { RouteContext } from "../routes/context";

/** Origins of the canvas in development. */
const DEVELOPMENT_ORIGINS = ["http://localhost:3000", "http://localhost:3001"];

/** Refuses an `Origin` that is neither the platform's own nor one of development with an empty 403. */
export async function checkOrigin(c: RouteContext, next: Next): Promise<Response | undefined> {
  const origin = c.req.header("origin");
  const isAllowed = origin === undefined || isOwnOrigin(c) || DEVELOPMENT_ORIGINS.includes(origin);
  if (!isAllowed) return c.body(null, 403);
  await next();
  return undefined;
}

/** Whether the `Origin` of a request is the platform itself. */
export function isOwnOrigin(c: RouteContext): boolean {
  const origin = c.req.header("origin");
  const host = c.req.header("host");
  return origin === `http://${host}` || origin === `https://${host}`;
}
