import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What to do, and how far a request gets before it is done. */
export type FaultAction =
  /** The port itself: connections never come about. */
  | { readonly at: "port" }
  /** A connection was accepted; nothing was read. */
  | { readonly at: "connection"; readonly run: (socket: Socket) => void }
  /** The request head arrived; nothing of the body was read. Such a request is not recorded. */
  | { readonly at: "head"; readonly run: (request: IncomingMessage) => void }
  /** The whole request was read and recorded. */
  | { readonly at: "request"; readonly run: (response: ServerResponse) => void };

export type ConnectionFault = Extract<FaultAction, { at: "connection" }>;
export type RequestFault = Extract<FaultAction, { at: "head" | "request" }>;
