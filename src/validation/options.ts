import { invalidArgument } from "../errors";
import { LONGEST_TIMER_MS } from "../runtime/clock";
import { quote } from "../text/format";

/** Makes the error of a bad value: `configuration` for an option, `invalid_argument` for an argument. */
export type Reject = (message: string) => Error;

/** What a send repeats on its own. */
export type DeliveryMode = "at-least-once" | "at-most-once";

/** A duration above 0, or of at least `least`, that a timer can take. */
export function checkMilliseconds(value: unknown, name: string, reject: Reject, least?: number): number {
  if (
    typeof value === "number" &&
    value <= LONGEST_TIMER_MS &&
    (least === undefined ? value > 0 : value >= least)
  ) {
    return value;
  }
  const bound = least === undefined ? "above 0" : `of at least ${least}`;
  throw reject(
    `Expected \`${name}\` to be a number of milliseconds ${bound} and at most ${LONGEST_TIMER_MS}, got ${quote(value)}.`,
  );
}

export function checkDeliveryMode(value: unknown, reject: Reject): DeliveryMode {
  if (value === "at-least-once" || value === "at-most-once") return value;
  throw reject(`Expected \`delivery\` to be 'at-least-once' or 'at-most-once', got ${quote(value)}.`);
}

/** What every call of the client takes. */
export interface CallOptions {
  /**
   * Id of the own workspace that makes the call, for clients with several.
   * @default the workspace whose peer list showed the peer last, else the client's default workspace
   */
  source?: string | undefined;
  /** Ends the call: it rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** The whole call in milliseconds, except for a send, where it is one attempt. @default `timeouts` of the client */
  timeoutMs?: number | undefined;
}

/** Limits of a call in the background. It rejects with the signal's reason once that is aborted. */
export interface BackgroundLimits {
  timeoutMs: number;
  signal: AbortSignal;
}

/** Checks the options of a call, `source` aside. Throws `invalid_argument`. */
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

// Not instanceof: a signal of another realm, or of a polyfill, serves as well.
function isAbortSignal(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "aborted" in value &&
    typeof (value as { addEventListener?: unknown }).addEventListener === "function"
  );
}
