import { expect, it } from "vitest";
import { seeded } from "../helpers/seeded";
import { requestsPerSecond } from "./helpers/storm";

const RUNTIMES = 10_000;
const INTERVAL_MS = 30_000;
/** Requests per second when all runtimes are spread evenly. */
const MEAN = (RUNTIMES * 1000) / INTERVAL_MS;

it.each([1, 2, 3])(
  "ten thousand runtimes that start together are spread after their first beat (seed %i)",
  (seed) => {
    const random = seeded(seed);
    const [first, ...later] = requestsPerSecond({
      runtimes: RUNTIMES,
      intervalMs: INTERVAL_MS,
      durationMs: 5 * 60_000,
      random,
      latencyMs: () => random() * 500,
    });
    expect(first).toBe(RUNTIMES);
    expect(Math.max(...later)).toBeLessThan(3 * MEAN);
    // After a minute the load is even: no second has much less than the mean.
    expect(Math.min(...later.slice(60))).toBeGreaterThan(MEAN / 3);
  },
);
