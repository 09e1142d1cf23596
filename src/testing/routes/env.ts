import type { Context } from "hono";

/** The body was read before the routes are asked, so that it could be recorded. */
export interface Bindings {
  Bindings: { body: Buffer };
}

export type RouteContext<Path extends string = string> = Context<Bindings, Path>;
