import type { Clock } from "../../runtime/clock";

/** A wait for a connection that is reported, in milliseconds. */
const LONG_WAIT_MS = 5000;

/** Waits for `promise`, and calls `onWaiting` after 5, 10, 20, 40 … seconds of it. Settles like `promise`. */
export async function reportWaiting(
  promise: Promise<void>,
  clock: Clock,
  onWaiting: (waitedMs: number) => void,
): Promise<void> {
  let stopTimer = () => {};
  const arm = (waitedMs: number, nextMs: number) => {
    // The wait itself keeps the process alive, where it has to.
    stopTimer = clock.setTimer(
      () => {
        onWaiting(nextMs);
        arm(nextMs, nextMs * 2);
      },
      nextMs - waitedMs,
      true,
    );
  };
  arm(0, LONG_WAIT_MS);
  try {
    await promise;
  } finally {
    stopTimer();
  }
}
