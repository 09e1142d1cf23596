import type { Clock } from "a2a-peers/testing";

/** A clock that runs faster than the machine's, and that can skip a span. */
export interface FastClock extends Clock {
  /** Skips `ms` milliseconds and runs the timers that become due, in the order of their times. */
  skip(ms: number): void;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
  handle: NodeJS.Timeout | undefined;
}

/** Creates a clock that runs `factor` times as fast as the machine's. Its timers do not keep the process alive. */
export function createFastClock(factor: number): FastClock {
  const timers = new Set<Timer>();
  let skippedMs = 0;
  const now = (): number => performance.now() * factor + skippedMs;

  function arm(timer: Timer): void {
    clearTimeout(timer.handle);
    timer.handle = setTimeout(() => run(timer), (timer.due - now()) / factor).unref();
  }

  function run(timer: Timer): void {
    clearTimeout(timer.handle);
    if (timers.delete(timer)) timer.callback();
  }

  return {
    now,
    setTimer(callback, delayMs) {
      const timer: Timer = { due: now() + delayMs, callback, handle: undefined };
      timers.add(timer);
      arm(timer);
      return () => {
        clearTimeout(timer.handle);
        timers.delete(timer);
      };
    },
    skip(ms) {
      skippedMs += ms;
      for (const timer of [...timers].sort((a, b) => a.due - b.due)) {
        if (timer.due <= now()) run(timer);
        else arm(timer);
      }
    },
  };
}
