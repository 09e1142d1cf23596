import type { Next } from "hono";
import type { RouteContext } from "../routes/context";

/** States the charset of the platform's own JSON. */
export async function stateCharset(c: RouteContext, next: Next): Promise<undefined> {
  await next();
  if (c.get("hasOwnType") || c.res.headers.get("content-type") !== "application/json") return;
  c.header("Content-Type", "application/json; charset=utf-8");
}
