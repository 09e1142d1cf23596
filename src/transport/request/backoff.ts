/** How often and how soon a failed attempt is repeated. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Share of the delay that is added or taken away at random, or `"full"` for anything from 0 to the delay. */
  readonly jitter: number | "full";
}

/** Milliseconds to wait after attempt number `attempt` (1 for the first) has failed. */
export function backoffDelay(attempt: number, policy: RetryPolicy, random: () => number): number {
  const plain = Math.min(policy.baseDelayMs * 2 ** (attempt - 1), policy.maxDelayMs);
  if (policy.jitter === "full") return plain * random();
  return plain * (1 + policy.jitter * (2 * random() - 1));
}

/** How far above the wait a platform asked for the jitter may go: a constant hint would bring everybody back at once. */
const HINT_JITTER = 0.5;

/**
 * The delay before the next attempt, or `null` when it does not fit into what is left of the budget and the call
 * should fail now instead of later. `hintMs` is the wait the platform asked for, a lower bound.
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
