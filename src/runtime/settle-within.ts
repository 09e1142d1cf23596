import type { Clock } from "./clock";

/** Resolves when the work has settled, or after `limitMs` milliseconds. Never rejects. */
export function settleWithin(work: Promise<unknown>, limitMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const stopTimer = clock.setTimer(resolve, limitMs);
    const end = () => {
      stopTimer();
      resolve();
    };
    work.then(end, end);
  });
}
