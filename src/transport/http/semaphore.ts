import type { Call } from "../call";
import { TransportFailure } from "../failure";
import { createWaiterQueue, type Waiter } from "./waiters";

/** The right to do something at most so many times at once, given in the order of asking. */
export interface Semaphore {
  /** `undefined` when it was free at once, else a promise to wait for. Rejects with a {@link TransportFailure}. */
  acquire(call: Call): Promise<void> | undefined;
  /** Every `acquire` that succeeded needs one. */
  release(): void;
  readonly inUse: number;
}

export function createSemaphore(size: number): Semaphore {
  let inUse = 0;
  const waiters = createWaiterQueue();

  function release(): void {
    const next = waiters.dequeue();
    if (next === undefined) {
      inUse -= 1;
    } else {
      next.assigned = true;
      next.proceed?.();
    }
  }

  async function wait(call: Call): Promise<void> {
    const waiter: Waiter = { assigned: false };
    waiters.enqueue(waiter);
    try {
      await call.waitFor(
        new Promise<void>((resolve) => {
          waiter.proceed = resolve;
        }),
      );
    } catch (failure) {
      // One that was assigned at the very moment the call ended goes to the next waiter.
      if (waiter.assigned) release();
      delete waiter.proceed;
      if (failure instanceof TransportFailure && failure.kind === "cancelled") throw failure;
      throw new TransportFailure("pool_timeout", "waiting", "no connection became free in time");
    }
  }

  return {
    acquire(call) {
      if (inUse >= size) return wait(call);
      inUse += 1;
      return undefined;
    },
    release,
    get inUse() {
      return inUse;
    },
  };
}
