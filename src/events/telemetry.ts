import type { A2AEvent } from "./a2a-event";

/**
 * Observes clients as spans and metrics: `openTelemetry()` of `a2a-peers/otel` makes one. Its members are for this
 * package and may change in a minor version.
 */
export interface Telemetry {
  /**
   * Called once for each client.
   *
   * @internal
   */
  observe(client: ObservedClient): Observer;
}

/** What a client says of itself. */
export interface ObservedClient {
  /** Base URL of the platform. */
  readonly platformUrl: string;
  /** The peer's name, where an earlier list or discovery had it. */
  peerName(peerId: string): string | undefined;
}

/** Observes one client, and what was made of it. Runs what it is given in any case, and settles as that does. */
export interface Observer {
  /** Sends a message; `send` gets the options that carry the trace context. */
  runSend<T>(
    peerId: string,
    message: unknown,
    options: ObservedSend | undefined,
    send: (options: ObservedSend | undefined) => Promise<T>,
  ): Promise<T>;
  /** Runs a method of the client with these arguments. */
  runCall<T>(operation: string, args: readonly unknown[], call: () => Promise<T>): Promise<T>;
  /** Runs the work on a message that was received. */
  runMessage<T>(received: ObservedMessage<T>, work: () => Promise<T>): Promise<T>;
  /** Measures how many messages an inbox holds until the function that is returned is called. */
  watchInbox(workspaceId: string, read: () => InboxDepth): () => void;
  onEvent(event: A2AEvent): void;
}

/** The options of a send that are observed. */
export interface ObservedSend {
  messageId?: string | undefined;
  contextId?: string | undefined;
  taskId?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
}

/** The sender's place in a trace, as W3C Trace Context writes it. */
export interface TraceContext {
  /** Version, trace id, span id and flags, as hexadecimal digits. */
  readonly traceparent: string;
  /** What the systems of the sender have added: at most 512 characters. */
  readonly tracestate?: string;
}

/** A message that a workspace has received. */
export interface ObservedMessage<T = unknown> {
  /** The workspace that has received it. */
  readonly workspaceId: string;
  /** True where a request of the platform has brought it. */
  readonly isPushed: boolean;
  readonly message: {
    readonly from: { kind: "human" } | { kind: "peer"; id: string };
    readonly text: string;
    readonly attempt: number;
    readonly messageId?: string;
    readonly contextId?: string;
    readonly taskId?: string;
    readonly delegationId?: string;
    readonly inReplyTo?: string;
    readonly trace?: TraceContext;
  };
  /** The state in which the work has left the task of the message. */
  stateOf?(result: T): string;
}

/** Messages of an inbox. */
export interface InboxDepth {
  /** Messages that wait to be handed over. */
  readonly waiting: number;
  /** Messages that were handed over and are not acknowledged. */
  readonly inFlight: number;
}
