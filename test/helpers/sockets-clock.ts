// Loaded before a test begins: the client loads it with its first request over a fetch, in real time.
import "ofetch";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/runtime/clock";

/** A virtual clock that jumps to the next timer whenever the code under test waits. */
export interface VirtualClock extends Clock {
  /** Timers that are set and have not run. */
  readonly pending: number;
  /** Runs timers in order until `promise` settles. Fails when no timer is left. */
  drive<T>(promise: Promise<T>): Promise<T>;
  /** Runs the timers that fall due within `ms`. */
  advance(ms: number): Promise<void>;
}

export function virtualClock(): VirtualClock {
  let now = 0;
  let timers: { due: number; callback: () => void }[] = [];

  /** Runs the next timer that is due by `limit`; false when there is none. */
  function step(limit: number): boolean {
    const next = timers.reduce<(typeof timers)[number] | undefined>(
      (first, timer) => (first === undefined || timer.due < first.due ? timer : first),
      undefined,
    );
    if (next === undefined || next.due > limit) return false;
    timers = timers.filter((timer) => timer !== next);
    now = Math.max(now, next.due);
    next.callback();
    return true;
  }

  return {
    now: () => now,
    setTimer(callback, delayMs) {
      const timer = { due: now + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    get pending() {
      return timers.length;
    },
    async drive(promise) {
      let settled = false;
      const mark = () => {
        settled = true;
      };
      promise.then(mark, mark);
      for (;;) {
        await setImmediate();
        // The disk has a time of its own, which must not count against the limits of this clock.
        while (!settled && isDiskBusy()) await setImmediate();
        if (settled) return promise;
        if (!step(Number.POSITIVE_INFINITY)) throw new Error("No timer is left");
      }
    },
    async advance(ms) {
      const end = now + ms;
      await setImmediate();
      while (step(end)) await setImmediate();
      now = end;
    },
  };
}

const DISK_REQUESTS = ["FSReqPromise", "FSReqCallback", "FileHandleCloseReq"];

const isDiskBusy = (): boolean =>
  process.getActiveResourcesInfo().some((kind) => DISK_REQUESTS.includes(kind));
