/** Coalesces writes: whoever asks while one is under way shares the next one, which has what all of them changed. */
export interface Saver {
  /** Resolves once a write that began after this call has ended; rejects when that one fails. */
  save(): Promise<void>;
  /** Resolves when nothing is being written; never rejects. */
  idle(): Promise<void>;
}

/** Creates a saver over `write`, which is never called twice at once. */
export function createSaver(write: () => Promise<void>): Saver {
  /** Settles with the last write that has begun. */
  let last: Promise<void> = Promise.resolve();
  /** The write that waits for that one. */
  let next: Promise<void> | undefined;

  function begin(): Promise<void> {
    next = undefined;
    last = write();
    return last;
  }

  return {
    save() {
      next ??= last.then(begin, begin);
      return next;
    },
    async idle() {
      while (next !== undefined) await next.catch(() => {});
      await last.catch(() => {});
    },
  };
}
