/** How often and how soon a failed attempt is retried. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Share of the delay that is added or subtracted at random, or `"full"` for any delay from 0 up to it. */
  readonly jitter: number | "full";
}

/** Milliseconds to wait after attempt number `attempt` (1 for the first) has failed. */
export function backoffDelay(attempt: number, policy: RetryPolicy, random: () => number): number {
  const exponential = Math.min(policy.baseDelayMs * 2 ** (attempt - 1), policy.maxDelayMs);
  if (policy.jitter === "full") return exponential * random();
  return exponential * (1 + policy.jitter * (2 * random() - 1));
}

/** Share of a requested wait that is added at random, so that clients with the same wait do not return all at once. */
const HINT_JITTER = 0.5;

/**
 * Milliseconds to wait before the next attempt; `null` after the last attempt, and when the delay does not fit into the
 * remaining budget, so that the call fails now and not later. `hintMs` is the wait the platform asked for, a lower
 * bound.
 */
export function nextDelay(
  attempt: number,
  policy: RetryPolicy,
  random: () => number,
  remainingMs: number,
  hintMs = 0,
): number | null {
  if (attempt >= policy.maxAttempts) return null;
  const delay = Math.max(backoffDelay(attempt, policy, random), hintMs);
  if (delay >= remainingMs) return null;
  const spread = Math.min(hintMs * (1 + HINT_JITTER * random()), remainingMs * 0.99);
  return Math.max(delay, spread);
}
