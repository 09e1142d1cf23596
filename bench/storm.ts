// npx tsx bench/storm.ts: the requests per second of ten thousand runtimes that start at the same moment, for half an hour.

import { requestsPerSecond } from "../test/heartbeat/helpers/storm";
import { seeded } from "../test/helpers/seeded";

const RUNTIMES = 10_000;
const INTERVAL_MS = 30_000;
const MINUTES = 30;
const MAX_LATENCY_MS = 500;

const random = seeded(1);
const seconds = requestsPerSecond({
  runtimes: RUNTIMES,
  intervalMs: INTERVAL_MS,
  durationMs: MINUTES * 60_000,
  random,
  latencyMs: () => random() * MAX_LATENCY_MS,
});

const largest = (from: number, to: number) => Math.max(...seconds.slice(from, to));
const mean = (RUNTIMES * 1000) / INTERVAL_MS;
const row = (what: string, count: number) =>
  console.log(`${what.padEnd(34)}${count.toFixed(0).padStart(7)}${(count / mean).toFixed(2).padStart(9)}`);

console.log(`${RUNTIMES} runtimes, a beat every ${INTERVAL_MS / 1000} s, for ${MINUTES} min`);
console.log(`${"largest number in one second".padEnd(34)}${"beats".padStart(7)}${"x mean".padStart(9)}`);
row("the first second", seconds[0] ?? 0);
row("the rest of the first minute", largest(1, 60));
row("the second to the fifth minute", largest(60, 300));
row("after that", largest(300, seconds.length));
row("the mean", mean);
