import { setImmediate } from "node:timers/promises";
import type { Clock } from "../runtime/clock";

/**
 * A clock that stands still until it is told to move. Starts at 0. Give the same one to the platform and to
 * the client under test, and both agree about the time.
 *
 * @example
 * const clock = manualClock();
 * const platform = await startPlatform({ clock });
 * await clock.advance(30_000);
 */
export interface ManualClock extends Clock {
  /** Milliseconds this clock was advanced by so far. */
  now(): number;
  /**
   * Moves the time on by `ms` milliseconds and runs what falls due, in the order in which it falls due. Between
   * two timers (and after the last) one turn of the event loop passes, so that promises settle and what they
   * schedule within the span runs in the same call. Answers on sockets may need more turns than that.
   */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Makes a {@link ManualClock}. */
export function manualClock(): ManualClock {
  const timers = new Set<Timer>();
  let time = 0;

  // Timers that are due at the same moment run in the order in which they were set: a Set keeps that order.
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
      // As in Node, a delay that is no number counts as none.
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

// A timer with a longer delay would fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time of the machine. */
export const machineClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs, background) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};
