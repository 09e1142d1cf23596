/** A call that waits for a place. */
export interface Waiter {
  /** True once the place of another call was handed over. */
  assigned: boolean;
  /** Continues the call with its place; absent once the call has given up. */
  proceed?: () => void;
}

/** A first-in, first-out queue. */
export interface WaiterQueue {
  enqueue(waiter: Waiter): void;
  /** Removes the first waiter that has not given up. */
  dequeue(): Waiter | undefined;
}

/** Creates a queue over an array with a moving head: shifting an array of ten thousand entries one by one takes a second. */
export function createWaiterQueue(): WaiterQueue {
  let waiters: Waiter[] = [];
  let head = 0;
  return {
    enqueue(waiter) {
      // Under constant load the queue is never empty, so the part before the head is dropped from time to time.
      if (head > 1024 && head * 2 > waiters.length) {
        waiters = waiters.slice(head);
        head = 0;
      }
      waiters.push(waiter);
    },
    dequeue() {
      while (head < waiters.length) {
        const waiter = waiters[head];
        head += 1;
        if (waiter?.proceed !== undefined) return waiter;
      }
      waiters = [];
      head = 0;
      return undefined;
    },
  };
}
