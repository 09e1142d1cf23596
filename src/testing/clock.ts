import { setImmediate } from "node:timers/promises";
import type { Clock } from "../runtime/clock";

/**
 * A clock that only `advance` moves. Starts at 0 ms. Give the same one to the platform and to the client under test,
 * so that both have the same time.
 *
 * @example
 * const clock = manualClock();
 * const platform = await startPlatform({ clock });
 * await clock.advance(30_000);
 */
export interface ManualClock extends Clock {
  /** The sum of all advances so far, in milliseconds. */
  now(): number;
  /**
   * Advances the time by `ms` milliseconds, zero or more, and runs the timers that become due, in the order of their
   * times. Between two timers (and after the last) one turn of the event loop passes, so that promises settle and
   * timers that they set within the span run in the same call. Responses on sockets may need more turns than that.
   * Rejects with a `RangeError` for a negative `ms` or NaN.
   */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Creates a {@link ManualClock}. */
export function manualClock(): ManualClock {
  const timers = new Set<Timer>();
  let time = 0;

  // Timers due at the same time run in the order in which they were set, which a Set keeps.
  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= until && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }

  return {
    now: () => time,
    setTimer(callback, delayMs) {
      // As in Node, NaN counts as no delay.
      const timer: Timer = { due: time + (delayMs > 0 ? delayMs : 0), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`Expected \`ms\` to be zero or more, got \`${ms}\``);
      const target = time + ms;
      await setImmediate();
      for (let timer = nextDue(target); timer !== undefined; timer = nextDue(target)) {
        timers.delete(timer);
        time = Math.max(time, timer.due);
        timer.callback();
        await setImmediate();
      }
      time = Math.max(time, target);
    },
  };
}

// Node fires a timer with a longer delay at once.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time of the machine. */
export const machineClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs, background) {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS));
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};
