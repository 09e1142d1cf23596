import { type Clock, MAX_TIMER_MS } from "../runtime/clock";

/** Lets callers wait for the next change of an inbox. */
export interface Changes {
  /** Resolves at the next {@link notify}, after `ms` milliseconds where they are given, or when the signal is aborted. */
  wait(ms: number | undefined, signal: AbortSignal | undefined): Promise<void>;
  /** Resolves everything that waits. */
  notify(): void;
}

export function createChanges(clock: Clock): Changes {
  const listeners = new Set<() => void>();
  return {
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const end = () => {
          listeners.delete(end);
          stopTimer();
          signal?.removeEventListener("abort", end);
          resolve();
        };
        // Whoever waits for a message keeps the process alive, which the timers of the poller do not.
        const stopTimer = clock.setTimer(end, ms ?? MAX_TIMER_MS);
        listeners.add(end);
        signal?.addEventListener("abort", end, { once: true });
        if (signal?.aborted) end();
      }),
    notify() {
      const callbacks = [...listeners];
      listeners.clear();
      for (const callback of callbacks) callback();
    },
  };
}
