import { setTimeout as sleep } from "node:timers/promises";

const LONGEST_WAIT_MS = 15_000;
const LOOK_EVERY_MS = 10;

/** Waits for what comes by itself. Rejects with `expectation` when it does not. */
export async function soon(expectation: string, hasCome: () => boolean): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT_MS;
  while (!hasCome()) {
    if (performance.now() > deadline) throw new Error(expectation);
    await sleep(LOOK_EVERY_MS);
  }
}
