import { LONGEST_TIMER_MS } from "../validate";

/**
 * Time as everything in this package sees it: monotonic milliseconds and one-shot timers.
 * Production uses {@link systemClock}; tests bring their own.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start. Never runs backwards and ignores changes of the wall clock. */
  now(): number;
  /** Calls `callback` once after `delayMs` milliseconds. Returns the way to call it off. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
