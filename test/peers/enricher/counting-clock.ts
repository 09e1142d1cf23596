import { type ManualClock, manualClock } from "a2a-peers/testing";

/** A manual clock that counts the timers that are set. */
export interface CountingClock extends ManualClock {
  readonly pending: number;
}

export function countingClock(): CountingClock {
  const clock = manualClock();
  const timers = new Set<object>();
  return {
    ...clock,
    setTimer(callback, delayMs, background) {
      const timer = {};
      timers.add(timer);
      const run = () => {
        timers.delete(timer);
        callback();
      };
      const cancel = clock.setTimer(run, delayMs, background);
      return () => {
        timers.delete(timer);
        cancel();
      };
    },
    get pending() {
      return timers.size;
    },
  };
}
