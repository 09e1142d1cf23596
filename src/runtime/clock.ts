/** The longest delay a timer supports; a longer one would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The source of time of this package: monotonic milliseconds and one-shot timers. Production uses
 * that of the machine; tests inject their own.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; monotonic. */
  now(): number;
  /**
   * Calls `callback` once after `delayMs` milliseconds. Returns a function that cancels the timer. A background timer
   * does not keep the process alive.
   */
  setTimer(callback: () => void, delayMs: number, background?: boolean): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs, background) {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS));
    // Only Node's timers have `unref`; elsewhere a timer is a number.
    if (background) (timer as { unref?: () => void }).unref?.();
    return () => clearTimeout(timer);
  },
};
