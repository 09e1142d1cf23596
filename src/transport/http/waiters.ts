/** A call that waits for a place. */
export interface Waiter {
  /** True once the place of another call was handed over. */
  assigned: boolean;
  /** Continues the call with its place; absent once the call has given up. */
  proceed?: () => void;
}

/** A first-in, first-out queue. */
export interface WaiterQueue<W extends Waiter = Waiter> {
  enqueue(waiter: W): void;
  /** Removes the first waiter that has not given up. */
  dequeue(): W | undefined;
  /** The first waiter that has not given up. */
  peek(): W | undefined;
}

/** Creates a queue over an array with a moving head: shifting an array of ten thousand entries one by one takes a second. */
export function createWaiterQueue<W extends Waiter = Waiter>(): WaiterQueue<W> {
  let waiters: W[] = [];
  let head = 0;

  function peek(): W | undefined {
    for (; head < waiters.length; head += 1) {
      const waiter = waiters[head];
      if (waiter?.proceed !== undefined) return waiter;
    }
    waiters = [];
    head = 0;
    return undefined;
  }

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
      const waiter = peek();
      if (waiter !== undefined) head += 1;
      return waiter;
    },
    peek,
  };
}
