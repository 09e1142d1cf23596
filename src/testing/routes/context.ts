import type { Context } from "hono";

/** What the server passes to the routes beside the request. */
export interface Bindings {
  Bindings: {
    /** The whole body: the server reads it for the request log. */
    body: Buffer;
    /** IP address of the client. */
    address: string;
  };
}

export type RouteContext<Path extends string = string> = Context<Bindings, Path>;
