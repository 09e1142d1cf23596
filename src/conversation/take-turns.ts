import { abortReason, onAbort } from "../runtime/signals";

/** Runs a task once all earlier ones have settled. Rejects with the signal's reason when that is aborted before. */
export type TakeTurns = <T>(task: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

/** Creates a runner of one task at a time, in the order of the calls; a task whose signal is aborted never begins. */
export function createTurns(): TakeTurns {
  let last: Promise<unknown> = Promise.resolve();
  return (task, signal) => {
    const turn = last;
    const run = new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        reject(abortReason(signal));
        return;
      }
      const removeListener = signal && onAbort(signal, reject);
      void turn.then(() => {
        removeListener?.();
        resolve();
      });
    }).then(task);
    // A task that gave up its turn must not let the next one begin before the earlier ones have ended.
    last = Promise.allSettled([turn, run]);
    return run;
  };
}
