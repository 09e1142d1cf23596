/** What can go wrong. `docs/sending.md` says when each code occurs, and whether the call is retried. */
export type A2AErrorCode =
  | "invalid_argument"
  | "configuration"
  | "closed"
  | "bad_request"
  | "unauthorized"
  | "access_denied"
  | "peer_not_found"
  | "wrong_tenant"
  | "workspace_removed"
  | "spend_limit"
  | "rate_limited"
  | "peer_busy"
  | "peer_unavailable"
  | "reply_lost"
  | "network"
  | "timeout"
  | "too_large"
  | "bad_response"
  | "platform_error"
  | "rpc_error"
  | "agent_error"
  | "task_failed";

/**
 * Whether the peer may have run the task: `not-sent` it has not, `maybe` it is unknown, `confirmed` the message has
 * reached the peer.
 */
export type Delivery = "not-sent" | "maybe" | "confirmed";

/** The fields of an {@link A2AError}; an absent field takes its most harmless value. */
export interface A2AErrorFacts {
  /** What went wrong. */
  code: A2AErrorCode;
  /** What failed and what to do, complete in itself, without a secret. */
  message: string;
  /** Whether the same call may succeed later. @default false */
  retryable?: boolean | undefined;
  /** Whether the peer may have run the task. @default "not-sent" */
  delivery?: Delivery | undefined;
  /** HTTP status of the last response. */
  status?: number | undefined;
  /** JSON-RPC error code of the response. */
  rpcCode?: number | undefined;
  /** The wait the platform asked for, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** Requests made. @default 0 */
  attempts?: number | undefined;
  /** Milliseconds from the start of the call to the failure. @default 0 */
  elapsedMs?: number | undefined;
  /** Id of the message. */
  messageId?: string | undefined;
  /** Id of the peer. */
  peerId?: string | undefined;
  /** URL of the request, without credentials and query. */
  target?: string | undefined;
  /** The error text of the response or the connection, without advice. */
  detail?: string | undefined;
  /** What the peer gave as data. */
  data?: unknown;
  /** The error of the transport, without headers, body or secrets. */
  cause?: unknown;
}

// Registered globally, so that an error made by another copy of this package (the CommonJS build beside
// the ES module build, a bundled copy, another realm) is still recognised.
const BRAND = Symbol.for("a2a-peers.A2AError");

/**
 * The error this package throws. `message` alone says to a model or an operator what failed and what to do next; it
 * never contains a secret.
 *
 * Recognise it with {@link isA2AError} rather than `instanceof`, which fails across bundles.
 */
export class A2AError extends Error {
  /** Always `A2AError`. */
  override readonly name = "A2AError";
  /** What went wrong. */
  readonly code: A2AErrorCode;
  /** The same call may succeed later, and repeating it respects its `delivery` mode. */
  readonly retryable: boolean;
  /** Whether the peer may have run the task. Always `not-sent` for calls without a task. */
  readonly delivery: Delivery;
  /** HTTP status of the last response, if there was one. */
  declare readonly status?: number;
  /** JSON-RPC error code, if the response had one. */
  declare readonly rpcCode?: number;
  /** The wait the platform asked for, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** Requests made for this call; 0 when it failed before the first one. */
  readonly attempts: number;
  /** Milliseconds from the start of the call to the failure. */
  readonly elapsedMs: number;
  /** Id of the message. Passed to `sendA2AMessage`, it repeats the same message. */
  declare readonly messageId?: string;
  /** Id of the peer that the call was for. */
  declare readonly peerId?: string;
  /** URL of the request, without credentials and query. */
  declare readonly target?: string;
  /** The error text of the response or the connection, without advice; `toToolText` prints it. */
  declare readonly detail?: string;
  /**
   * What the peer gave as data: the `data` of a JSON-RPC error, or the list of data parts of a failed task. A JSON value
   * written by the peer; where it has more than 16,384 characters as JSON, the beginning of that JSON as text.
   */
  declare readonly data?: unknown;

  /** Creates an error from its fields, for tests and for code that hands errors on. */
  constructor(facts: A2AErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.retryable = facts.retryable ?? false;
    this.delivery = facts.delivery ?? "not-sent";
    this.attempts = facts.attempts ?? 0;
    this.elapsedMs = facts.elapsedMs ?? 0;
    for (const key of OPTIONAL_FIELDS) {
      if (facts[key] !== undefined) {
        Object.defineProperty(this, key, { value: facts[key], enumerable: true });
      }
    }
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * The fields with `name` and `message`, for logs and for other threads; without `cause` and `stack`. A structured
   * clone of an error itself keeps its message alone. {@link isA2AError} recognises the fields.
   */
  toJSON(): A2AErrorFacts & { name: "A2AError" } {
    return { ...this, name: "A2AError", message: this.message };
  }
}

const OPTIONAL_FIELDS = [
  "status",
  "rpcCode",
  "retryAfterMs",
  "messageId",
  "peerId",
  "target",
  "detail",
  "data",
] as const;

/**
 * True for an {@link A2AError}, also one made by another copy of this package, and for the fields of one that has gone
 * through JSON or to another thread.
 */
export function isA2AError(value: unknown): value is A2AError {
  if (typeof value !== "object" || value === null) return false;
  if (BRAND in value) return true;
  const { name, code, message } = value as Partial<Record<keyof A2AError, unknown>>;
  return name === "A2AError" && typeof code === "string" && typeof message === "string";
}

/** The error of an invalid argument: nothing was sent. */
export function invalidArgument(message: string, detail?: string): A2AError {
  return new A2AError({ code: "invalid_argument", message, detail });
}

/** The error of an invalid option, environment variable or token: nothing was sent. */
export function configurationError(message: string, cause?: unknown): A2AError {
  return new A2AError({ code: "configuration", message, cause });
}

/**
 * Converts a promise into a result object, for callers who prefer that to `catch`. Rejects with what is not an
 * {@link A2AError}, so that bugs and the caller's own abort stay visible.
 *
 * @example
 * const sent = await settle(client.sendA2AMessage(peerId, "ping"));
 * if (!sent.ok) return sent.error.message;
 */
export async function settle<T>(promise: PromiseLike<T>): Promise<
  | {
      ok: true;
      /** What the promise has resolved to. */
      value: T;
    }
  | {
      ok: false;
      /** What it was rejected with. */
      error: A2AError;
    }
> {
  try {
    return { ok: true, value: await promise };
  } catch (error) {
    if (isA2AError(error)) return { ok: false, error };
    throw error;
  }
}
