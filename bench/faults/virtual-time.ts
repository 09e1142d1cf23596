import { setImmediate } from "node:timers/promises";

/** What a client takes as its clock. */
export interface Clock {
  now(): number;
  setTimer(callback: () => void, delayMs: number, background?: boolean): () => void;
}

const STEP_MS = 10;
/** Turns of the event loop in which everything that a timer begins comes to rest: the simulated target answers at once. */
const TURNS = 4;

/** Time that passes in steps of 10 ms, for very many timers. */
export interface VirtualTime {
  now(): number;
  /** A clock of its own, so that its clients share nothing with those of another: they are another process. */
  createClock(): Clock;
  /** Lets time pass until `isOver`, or until no timer is left. */
  run(isOver: () => boolean): Promise<void>;
}

export function createVirtualTime(): VirtualTime {
  const steps = new Map<number, Set<() => void>>();
  let step = 0;

  function setTimer(callback: () => void, delayMs: number): () => void {
    const due = step + Math.max(1, Math.ceil((delayMs || 0) / STEP_MS));
    const timers = steps.get(due) ?? new Set();
    steps.set(due, timers);
    const run = () => callback();
    timers.add(run);
    return () => timers.delete(run);
  }

  return {
    now: () => step * STEP_MS,
    createClock: () => ({ now: () => step * STEP_MS, setTimer }),
    async run(isOver) {
      await rest();
      while (!isOver() && steps.size > 0) {
        step += 1;
        const timers = steps.get(step);
        if (timers === undefined || timers.size === 0) continue;
        // A timer of this step may cancel another one.
        for (const timer of timers) timer();
        steps.delete(step);
        await rest();
      }
    },
  };
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
}
