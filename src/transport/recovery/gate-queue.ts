import type { Call } from "../call";
import { createWaiterQueue, type Waiter } from "../http/waiters";
import type { Entry } from "./passage";

/** Attempts that may wait at one gate. */
const MAX_WAITING = 10_000;

interface GateWaiter extends Waiter {
  readonly since: number;
  entry?: Entry;
}

/** The attempts that wait at a gate: first in, first out, but for those that go before all others. */
export interface GateQueue {
  readonly isEmpty: boolean;
  readonly isFull: boolean;
  /** When the first of the queue began to wait, on the clock. */
  readonly firstSince: number | undefined;
  /** Waits for an entry. Rejects like `call.waitFor`, and leaves the queue then. */
  wait(call: Call, first: boolean, now: number): Promise<Entry>;
  /** Gives the first its entry. False when nobody waits: `createEntry` is not called then. */
  settleFirst(createEntry: () => Entry): boolean;
  settleAll(createEntry: () => Entry): void;
}

export function createGateQueue(): GateQueue {
  const urgent = createWaiterQueue<GateWaiter>();
  const others = createWaiterQueue<GateWaiter>();
  let waiting = 0;

  function settleFirst(createEntry: () => Entry): boolean {
    const waiter = urgent.dequeue() ?? others.dequeue();
    if (waiter === undefined) return false;
    waiting -= 1;
    waiter.entry = createEntry();
    waiter.proceed?.();
    return true;
  }

  return {
    get isEmpty() {
      return waiting === 0;
    },
    get isFull() {
      return waiting >= MAX_WAITING;
    },
    get firstSince() {
      return (urgent.peek() ?? others.peek())?.since;
    },
    async wait(call, first, now) {
      const waiter: GateWaiter = { assigned: false, since: now };
      const turn = new Promise<void>((resolve) => {
        waiter.proceed = resolve;
      });
      (first ? urgent : others).enqueue(waiter);
      waiting += 1;
      try {
        await call.waitFor(turn, "The recovery of the target");
      } catch (failure) {
        delete waiter.proceed;
        if (waiter.entry === undefined) waiting -= 1;
        // A probe that nobody makes must not hold up the others.
        else if (waiter.entry.kind === "attempt") waiter.entry.end(undefined);
        throw failure;
      }
      if (waiter.entry === undefined) throw new TypeError("a waiter proceeds with its entry");
      return waiter.entry;
    },
    settleFirst,
    settleAll(createEntry) {
      while (settleFirst(createEntry));
    },
  };
}
