/** An entry of a {@link SerialQueue}. */
export interface QueueSlot {
  /** Resolves once all earlier entries are released. */
  readonly ready: Promise<unknown>;
  /** Asks the earlier entries to stop; those without an `onPreempt` go on. */
  preempt(): void;
  /** Removes the entry from the queue. May be called several times. */
  release(): void;
}

/** Runs things one after the other, in the order in which they were enqueued. */
export interface SerialQueue {
  /** `onPreempt` is called when a later entry asks this one to stop. */
  enqueue(onPreempt?: () => void): QueueSlot;
}

interface Entry {
  readonly released: Promise<void>;
  readonly onPreempt: (() => void) | undefined;
}

export function createSerialQueue(): SerialQueue {
  const entries = new Set<Entry>();
  return {
    enqueue(onPreempt) {
      const earlier = [...entries];
      let resolve = () => {};
      const released = new Promise<void>((done) => {
        resolve = done;
      });
      const entry: Entry = { released, onPreempt };
      entries.add(entry);
      return {
        ready: Promise.all(earlier.map((each) => each.released)),
        preempt() {
          for (const each of earlier) if (entries.has(each)) each.onPreempt?.();
        },
        release() {
          entries.delete(entry);
          resolve();
        },
      };
    },
  };
}
