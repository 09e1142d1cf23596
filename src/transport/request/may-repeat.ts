import type { Failure } from "./result";

/** What a request does decides whether it may be sent again after a failure. */
export interface RequestSafety {
  /** True for a request that gives a peer something to do. */
  readonly task: boolean;
  /** True for a task with an idempotency key. */
  readonly keyed: boolean;
  /** True for a task of a peer, which can be asked what became of it. */
  readonly hasPeer: boolean;
  /** Whether to send a request again that the peer may have run. */
  readonly retryMaybeDelivered: boolean;
  /** Whether to send a request again that the other side has and has not answered in time. */
  readonly retryTimeouts: boolean;
}

/**
 * Whether a request with this failure may be sent again. Never one that was certainly received, unless it has a
 * key: what is certain is then that the platform has stored it, and it runs nothing under a stored key again.
 */
export function mayRepeat(
  { delivery, stillRunning }: Pick<Failure, "delivery" | "stillRunning">,
  safety: RequestSafety,
): boolean {
  if (!safety.task || delivery === "not-sent") return true;
  if (stillRunning === true && !safety.retryTimeouts) return false;
  return (delivery === "maybe" || safety.keyed) && safety.retryMaybeDelivered;
}

/** The advice of a failure that is {@link Failure.stillRunning}. */
export const STILL_RUNNING_ADVICE =
  "The task is probably still running: ask the peer what became of it, naming the message id, or allow more time with `budgetMs`.";
