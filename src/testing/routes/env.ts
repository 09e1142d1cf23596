import type { Context } from "hono";

/** What the routes get beside the request. */
export interface Bindings {
  Bindings: {
    /** Read before the routes are asked, so that it could be recorded. */
    body: Buffer;
    /** Who is at the other end of the connection. */
    address: string;
  };
}

export type RouteContext<Path extends string = string> = Context<Bindings, Path>;
