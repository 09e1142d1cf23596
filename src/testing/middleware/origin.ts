import type { Next } from "hono";
import type { RouteContext } from "../routes/context";

/** Origins of the canvas in development. */
const DEVELOPMENT_ORIGINS = ["http://localhost:3000", "http://localhost:3001"];

/**
 * Refuses an `Origin` that is neither the platform's own nor one of development with an empty 403. An origin of
 * development gets the headers that let its pages read the response, and its preflights a 204.
 */
export async function checkOrigin(c: RouteContext, next: Next): Promise<Response | undefined> {
  const origin = c.req.header("origin");
  if (origin === undefined || isOwnOrigin(c)) {
    await next();
    return undefined;
  }
  if (!DEVELOPMENT_ORIGINS.includes(origin)) return c.body(null, 403);
  if (c.req.method !== "OPTIONS") await next();
  c.header("Access-Control-Allow-Origin", origin);
  c.header("Access-Control-Allow-Credentials", "true");
  if (c.req.method !== "OPTIONS") return undefined;
  c.header("Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,OPTIONS");
  c.header("Access-Control-Allow-Headers", "Origin,Content-Type,X-Workspace-Id,Authorization");
  return c.body(null, 204);
}

/** Whether the `Origin` of a request is the platform itself. */
export function isOwnOrigin(c: RouteContext): boolean {
  const origin = c.req.header("origin");
  const host = c.req.header("host");
  return origin === `http://${host}` || origin === `https://${host}`;
}
