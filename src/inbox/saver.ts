/** Coalesces writes: whoever asks while one is under way shares the next one, which has what all of them changed. */
export interface Saver {
  /** Resolves once a write that began after this call has ended; rejects when that one fails. */
  save(): Promise<void>;
  /** Resolves when nothing is being written; never rejects. */
  idle(): Promise<void>;
}

export function createSaver(write: () => Promise<void>): Saver {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    next = undefined;
    const current = write().finally(() => {
      if (running === current) running = undefined;
    });
    running = current;
    return current;
  }

  return {
    save() {
      if (running === undefined) return start();
      next ??= running.then(start, start);
      return next;
    },
    async idle() {
      while (running !== undefined) await running.catch(() => {});
    },
  };
}
