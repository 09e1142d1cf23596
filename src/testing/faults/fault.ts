import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FaultKind } from "./kinds";

/**
 * What goes wrong with a request: a fault of a kind, or a response instead of the platform's own. As the body of a
 * response, a string or bytes are sent as they are and anything else as JSON.
 */
export type Fault =
  | {
      /** What goes wrong. */
      kind: FaultKind;
      /** Delay before the fault, in milliseconds of the platform's clock. @default 0 */
      delayMs?: number | undefined;
    }
  | {
      /** 200 to 999. */
      status: number;
      /** Headers of the response. @default none */
      headers?: Record<string, string> | undefined;
      /** Sent as it is where it is text or bytes, else as JSON. @default empty */
      body?: unknown;
      /** Delay before the response, in milliseconds of the platform's clock. @default 0 */
      delayMs?: number | undefined;
    };

/** What a fault needs of the platform. */
export interface FaultContext {
  /** The URL of a second listener on loopback, which starts with the first redirect to it. */
  secondOrigin(): Promise<string>;
}

/** The effect of a fault, and how far a request gets before it. */
export type FaultAction =
  /** The port is closed. */
  | { readonly at: "port" }
  /** A connection was accepted; nothing was read. */
  | { readonly at: "connection"; readonly run: (socket: Socket) => void }
  /** The request head was read, nothing of the body. Such a request is not recorded. */
  | {
      readonly at: "head";
      readonly run: (request: IncomingMessage) => void;
      /** Only for a request that is not the first of its connection. */
      readonly reusedOnly?: boolean;
    }
  /** The whole request was read and recorded. */
  | { readonly at: "request"; readonly run: (response: ServerResponse, context: FaultContext) => void };

export type ConnectionFault = Extract<FaultAction, { at: "connection" }>;
export type HeadFault = Extract<FaultAction, { at: "head" }>;
export type RequestFault = Extract<FaultAction, { at: "request" }>;

/** The effects of some kinds. {@link FaultKind} documents what a client sees of each. */
export type FaultGroup = Partial<Record<FaultKind, FaultAction>>;
