import type { Allowance } from "./allowance/allowance";
import type { Gates } from "./recovery/gates";
import { retryAfterHeaderMs } from "./request/retry-after";
import type { ResponseHead } from "./response";

/** Requests that can be made later as well: none waits for the platform, or finds out whether it is back. */
export interface BackgroundRequests {
  /**
   * Asks for one request. `undefined` when it may be made now, else the least time until another one is asked for, in
   * milliseconds: the platform is down, or what its rate limit has left is for others.
   */
  acquire(): number | undefined;
  /**
   * Takes the head of the response to a request that was begun at `startedAt`, on the clock. Returns the milliseconds
   * that it asks to wait, 0 for none.
   */
  answered(head: ResponseHead, startedAt: number): number;
}

/** The longest wait that a response is believed, in milliseconds. */
const MAX_WAIT_MS = 600_000;

export function createBackgroundRequests(
  gates: Pick<Gates, "isOpen"> | undefined,
  allowance: Allowance,
): BackgroundRequests {
  return {
    acquire() {
      if (gates?.isOpen === false) return 0;
      return allowance.tryAcquire("poll");
    },
    answered(head, startedAt) {
      allowance.learn(head, startedAt);
      const waitMs = retryAfterHeaderMs(head.header("retry-after"));
      if (head.status === 429 && waitMs !== undefined) allowance.refused(waitMs);
      return Math.min(waitMs ?? 0, MAX_WAIT_MS);
    },
  };
}
