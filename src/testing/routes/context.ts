import type { Context } from "hono";

/** What the server passes to the routes beside the request. */
export interface Bindings {
  Bindings: {
    /** The whole body: the server reads it for the request log. */
    body: Buffer;
    /** IP address of the client. */
    address: string;
    /** Whether the client has closed the connection. */
    isDisconnected: () => boolean;
  };
  Variables: {
    /** The route states the type of its response itself, because it may relay that of an agent. */
    hasOwnType?: boolean;
  };
}

export type RouteContext<Path extends string = string> = Context<Bindings, Path>;
