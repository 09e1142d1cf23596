import { setTimeout as sleep } from "node:timers/promises";

const TIMEOUT_MS = 15_000;
const INTERVAL_MS = 10;

/** Polls `condition` every 10 ms. Rejects with `expectation` after 15 seconds. */
export async function waitUntil(expectation: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(expectation);
    await sleep(INTERVAL_MS);
  }
}
