import type { Context, Hono, Next } from "hono";
import { parseRoute } from "../faults/route-pattern";
import type { Bindings } from "../routes/context";

/**
 * Redirects a path with a slash too many to the route without it, before any other check: 301 for a GET, else 307,
 * which keeps the method and the body.
 */
export function redirectTrailingSlash(app: Hono<Bindings>) {
  return async (c: Context<Bindings>, next: Next): Promise<Response | undefined> => {
    const { method, path } = c.req;
    const target = path.replace(/\/$/, "");
    if (target === path || !hasRoute(app, method, target)) {
      await next();
      return undefined;
    }
    const query = new URL(c.req.url).search;
    return c.redirect(target + query, method === "GET" ? 301 : 307);
  };
}

function hasRoute(app: Hono<Bindings>, method: string, path: string): boolean {
  return app.routes.some(
    (route) => route.method === method && parseRoute(`${method} ${route.path}`)(method, path),
  );
}
