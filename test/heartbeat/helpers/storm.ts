import { nextBeatDue } from "../../../src/heartbeat/schedule";

export interface Storm {
  runtimes: number;
  intervalMs: number;
  durationMs: number;
  random: () => number;
  /** Time the platform takes to answer, in milliseconds. */
  latencyMs(): number;
}

/** Requests in each second when all runtimes start at the same moment, with the package's own schedule. */
export function requestsPerSecond({ runtimes, intervalMs, durationMs, random, latencyMs }: Storm): number[] {
  const seconds = new Array<number>(Math.ceil(durationMs / 1000)).fill(0);
  const options = { intervalMs, longestGapMs: 2 * intervalMs, random };
  for (let runtime = 0; runtime < runtimes; runtime += 1) {
    let lastDueAt = 0;
    for (let beats = 1; lastDueAt < durationMs; beats += 1) {
      const second = Math.floor(lastDueAt / 1000);
      seconds[second] = (seconds[second] ?? 0) + 1;
      lastDueAt = nextBeatDue({ lastDueAt, now: lastDueAt + latencyMs(), beats }, options);
    }
  }
  return seconds;
}
