/** The longest delay a timer can take; anything above would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Time as everything in this package sees it: monotonic milliseconds and one-shot timers.
 * Production uses {@link systemClock}; tests bring their own.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start. Never runs backwards and ignores changes of the wall clock. */
  now(): number;
  /**
   * Calls `callback` once after `delayMs` milliseconds. Returns the way to call it off. A timer in the background
   * does not keep the process alive.
   */
  setTimer(callback: () => void, delayMs: number, background?: boolean): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs, background) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    // Only Node's timers have it; elsewhere they are numbers.
    if (background) (timer as { unref?: () => void }).unref?.();
    return () => clearTimeout(timer);
  },
};
