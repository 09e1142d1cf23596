import { invalidArgument } from "../errors";
import { MAX_TIMER_MS } from "../runtime/clock";
import { quote } from "../text/format";

/** Creates the error of an invalid value: `configuration` for an option, `invalid_argument` for an argument. */
export type Reject = (message: string) => Error;

/** Whether a message that the peer may have received already is sent again. */
export type DeliveryMode = "at-least-once" | "at-most-once";

/** Returns a duration above 0, or of at least `least`, that a timer supports. Throws what `reject` creates. */
export function checkMilliseconds(value: unknown, name: string, reject: Reject, least?: number): number {
  if (
    typeof value === "number" &&
    value <= MAX_TIMER_MS &&
    (least === undefined ? value > 0 : value >= least)
  ) {
    return value;
  }
  const bound = least === undefined ? "above 0" : `of at least ${least}`;
  throw reject(
    `Expected \`${name}\` to be a number of milliseconds ${bound} and at most ${MAX_TIMER_MS}, got ${quote(value)}.`,
  );
}

/** Returns a delivery mode. Throws what `reject` creates. */
export function checkDeliveryMode(value: unknown, reject: Reject): DeliveryMode {
  if (value === "at-least-once" || value === "at-most-once") return value;
  throw reject(`Expected \`delivery\` to be 'at-least-once' or 'at-most-once', got ${quote(value)}.`);
}

/** The options of every call of the client. */
export interface CallOptions {
  /**
   * Id of the workspace that makes the call, for clients with several.
   * @default the workspace whose peer list showed the peer last, else the client's default workspace
   */
  source?: string | undefined;
  /** Cancels the call, which rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
  /** Limit of the whole call, or of one attempt of a send, in milliseconds. @default `timeouts` of the client */
  timeoutMs?: number | undefined;
}

/** Limits of a background call, which rejects with the signal's reason when that is aborted. */
export interface BackgroundLimits {
  timeoutMs: number;
  signal: AbortSignal;
}

/** Returns the options of a call, all but `source` checked. Throws `invalid_argument`. */
export function checkCallOptions<Options extends CallOptions>(
  options: Options | undefined,
): Partial<Options> {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null) {
    throw invalidArgument(`Expected the options of the call to be an object, got ${quote(options)}.`);
  }
  if (options.signal !== undefined && !isAbortSignal(options.signal)) {
    throw invalidArgument(`Expected \`signal\` to be an AbortSignal, got ${quote(options.signal)}.`);
  }
  if (options.timeoutMs !== undefined) checkMilliseconds(options.timeoutMs, "timeoutMs", invalidArgument);
  return options;
}

// Not instanceof, which rejects the signals of another realm or of a polyfill.
function isAbortSignal(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "aborted" in value &&
    typeof (value as { addEventListener?: unknown }).addEventListener === "function"
  );
}
