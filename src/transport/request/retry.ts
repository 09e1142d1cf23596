import { nextDelay, type RetryPolicy } from "./backoff";

/** What one attempt came to. */
export type AttemptResult<Value, Failure> =
  | { ok: true; value: Value }
  | {
      ok: false;
      failure: Failure;
      /** Whether another attempt may follow. */
      retryable: boolean;
      /** The wait the other side asked for, in milliseconds. */
      hintMs?: number | undefined;
    };

export interface RetryLoop<Value, Failure> {
  policy: RetryPolicy;
  random: () => number;
  remainingMs(): number;
  sleep(ms: number): Promise<void>;
  /** Makes attempt number `number`, 1 for the first. Must end by itself when the budget does. */
  attempt(number: number): Promise<AttemptResult<Value, Failure>>;
  onRetry?: ((attempt: number, delayMs: number) => void) | undefined;
}

/**
 * Attempts until one succeeds, fails for good, is the last allowed, or leaves no room in the budget for the delay
 * before the next. The budget is never slept out: what cannot succeed any more fails at once.
 */
export async function retryUntilDone<Value, Failure>(
  loop: RetryLoop<Value, Failure>,
): Promise<{ ok: true; value: Value } | { ok: false; failure: Failure }> {
  for (let number = 1; ; number += 1) {
    const attempted = await loop.attempt(number);
    if (attempted.ok) return attempted;
    if (!attempted.retryable) return attempted;
    const delayMs = nextDelay(number, loop.policy, loop.random, loop.remainingMs(), attempted.hintMs);
    if (delayMs === null) return attempted;
    loop.onRetry?.(number + 1, delayMs);
    await loop.sleep(delayMs);
  }
}
