import { nextDelay, type RetryPolicy } from "./backoff";

/** The result of one attempt. */
export type AttemptResult<Value, Failure> =
  | { ok: true; value: Value }
  | {
      ok: false;
      failure: Failure;
      /** Whether another attempt may follow. */
      retryable: boolean;
      /** The wait the platform asked for, in milliseconds. */
      hintMs?: number | undefined;
    };

/** What a retry loop does and how long it may take. */
export interface RetryLoop<Value, Failure> {
  policy: RetryPolicy;
  random: () => number;
  remainingMs(): number;
  sleep(ms: number): Promise<void>;
  /** Makes attempt number `number`, 2 for the one after the first. Must settle by itself when the budget is spent. */
  attempt(number: number): Promise<AttemptResult<Value, Failure>>;
  onRetry?: ((attempt: number, delayMs: number) => void) | undefined;
}

/**
 * Repeats an attempt, whose first result is given, until it succeeds, fails with a failure that is not retryable, was
 * the last one allowed, or leaves too little of the budget for the delay before the next one. Fails at once then,
 * without waiting for the budget.
 */
export async function retryUntilDone<Value, Failure>(
  first: AttemptResult<Value, Failure>,
  loop: RetryLoop<Value, Failure>,
): Promise<{ ok: true; value: Value } | { ok: false; failure: Failure }> {
  let result = first;
  for (let number = 1; ; number += 1) {
    if (result.ok || !result.retryable) return result;
    const delayMs = nextDelay(number, loop.policy, loop.random, loop.remainingMs(), result.hintMs);
    if (delayMs === null) return result;
    loop.onRetry?.(number + 1, delayMs);
    await loop.sleep(delayMs);
    result = await loop.attempt(number + 1);
  }
}
