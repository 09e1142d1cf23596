// Loaded before a test begins: the client loads it with its first request over a fetch, in real time.
import "ofetch";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/runtime/clock";

/** A clock that stands still until it is advanced, and knows which of its timers keep a process alive. */
export interface HeldClock extends Clock {
  /** Timers that are set and have not run. */
  readonly pending: readonly { due: number; background: boolean }[];
  /** Runs what falls due within `ms`, in order; between two timers everything that can settle does. */
  advance(ms: number): Promise<void>;
  /** Moves the time without running timers, like a machine that was suspended or too busy. */
  stall(ms: number): void;
}

interface Timer {
  due: number;
  background: boolean;
  callback: () => void;
}

/** Turns of the event loop that reading an answer takes. */
const TURNS = 3;

export async function turns(count = TURNS): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}

export function heldClock(): HeldClock {
  const timers = new Set<Timer>();
  let now = 0;

  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= until && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }

  return {
    now: () => now,
    setTimer(callback, delayMs, background = false) {
      const timer = { due: now + Math.max(0, delayMs), background, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    get pending() {
      return [...timers].map(({ due, background }) => ({ due, background }));
    },
    stall(ms) {
      now += ms;
    },
    async advance(ms) {
      const target = now + ms;
      await turns();
      for (let timer = nextDue(target); timer !== undefined; timer = nextDue(target)) {
        timers.delete(timer);
        now = Math.max(now, timer.due);
        timer.callback();
        await turns();
      }
      now = Math.max(now, target);
    },
  };
}
