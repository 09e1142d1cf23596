import { type A2AError, type A2AErrorCode, isA2AError } from "../errors";
import type { Call } from "./call";

/** A wait for something that only polling shows. */
export interface PolledWait {
  readonly call: Call;
  /** Waits so many milliseconds, or less where another poll may find something already. @default a sleep of the call */
  readonly pause?: (ms: number) => Promise<void>;
  /** Refused polls in a row. */
  refusals: number;
  /** The failure of the latest poll, if it failed. */
  lastFailure: A2AError | undefined;
}

const DELAY_GROWTH = 1.5;
const MAX_DELAY_FACTOR = 10;

/** The last poll begins this long before the end of the wait, in milliseconds, or a tenth of the wait before. */
const LAST_POLL_MS = 1000;

/**
 * Polls until `poll` resolves to a value, and resolves to it; to `undefined` when the time of the call is over. The
 * delay between polls, `firstDelayMs` at first, grows by half up to ten times that; one more poll is made at the end.
 */
export async function pollUntilFound<T>(
  { call, pause = call.sleep }: PolledWait,
  firstDelayMs: number,
  poll: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const lastPollMs = Math.min(LAST_POLL_MS, call.remainingMs() / 10);
  for (
    let delayMs = firstDelayMs;
    ;
    delayMs = Math.min(delayMs * DELAY_GROWTH, firstDelayMs * MAX_DELAY_FACTOR)
  ) {
    const found = await poll();
    if (found !== undefined) return found;
    const beforeLastMs = call.remainingMs() - lastPollMs;
    if (beforeLastMs <= 0) {
      await call.sleep(call.remainingMs());
      return undefined;
    }
    await pause(Math.min(delayMs, beforeLastMs));
  }
}

/** Failures after which polling goes on. */
const TRANSIENT_CODES: ReadonlySet<A2AErrorCode> = new Set([
  "network",
  "timeout",
  "rate_limited",
  "platform_error",
  "bad_response",
]);

/** A platform that has just lost its database also refuses good tokens, so that many refusals in a row end a wait. */
const MAX_REFUSALS = 3;

/**
 * Makes one poll of a wait that outlasts an outage: resolves to `undefined` after a failure that may pass, of which
 * `alsoTransient` may name more. Rejects with any other failure.
 */
export async function pollOnce<T>(
  wait: PolledWait,
  poll: () => Promise<T | undefined>,
  alsoTransient: (error: A2AError) => boolean = () => false,
): Promise<T | undefined> {
  try {
    const found = await poll();
    wait.lastFailure = undefined;
    wait.refusals = 0;
    return found;
  } catch (error) {
    if (!isA2AError(error)) throw error;
    wait.refusals = error.code === "unauthorized" ? wait.refusals + 1 : 0;
    const isRefusedOnce = wait.refusals > 0 && wait.refusals < MAX_REFUSALS;
    if (!isRefusedOnce && !TRANSIENT_CODES.has(error.code) && !alsoTransient(error)) throw error;
    wait.lastFailure = error;
    return undefined;
  }
}

/** The end of a message about a wait that was too short. */
export const lastFailureText = ({ lastFailure }: PolledWait): string =>
  lastFailure === undefined ? "" : ` The last look at it failed: ${lastFailure.message}`;
