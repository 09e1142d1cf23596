// npx tsx bench/enricher.ts: the cost of the enricher for its caller, medians of interleaved rounds.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { type A2AClient, createA2AClient } from "a2a-peers";
import { startPlatform, type TestPlatform } from "a2a-peers/testing";
import { LRUCache } from "lru-cache";

const ROUNDS = 9;
const READS = 1_000_000;
const PEERS = 1000;
const MISSES = 20_000;
const PUSHES = 100_000;
const PUSHERS = 10_000;
const SLICES = 100;

type Get = (id: string) => unknown;

const idOf = (index: number): string => `${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
const ids = Array.from({ length: PUSHERS }, (_, index) => idOf(index));
const rows = ids.slice(0, PEERS).map((id) => ({ id, name: "Peer", role: "worker", status: "online" }));

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const line = (what: string, ...values: (string | number)[]): void =>
  console.log(`  ${what.padEnd(46)}${values.map((value) => String(value).padStart(14)).join("")}`);

/** ns per read in a tight loop over all peers. */
function readInLoop(get: Get): number {
  const startedAt = performance.now();
  for (let read = 0; read < READS; read += 1) get(ids[read % PEERS] ?? "");
  return ((performance.now() - startedAt) * 1e6) / READS;
}

/** ns of one read after a few idle milliseconds, as with real pushes. */
async function readWithPauses(get: Get): Promise<number> {
  const times: number[] = [];
  for (let read = 0; read < 50; read += 1) {
    await sleep(3);
    const startedAt = process.hrtime.bigint();
    get(ids[read] ?? "");
    times.push(Number(process.hrtime.bigint() - startedAt));
  }
  return median(times);
}

/** µs per read of an unknown peer, whether its request is queued or dropped. */
function misses(client: A2AClient, from: number): number {
  const unknown = Array.from({ length: MISSES }, (_, index) => idOf(from + index));
  const startedAt = performance.now();
  for (const id of unknown) client.enricher.get(id);
  return ((performance.now() - startedAt) * 1e3) / MISSES;
}

async function flood(platform: TestPlatform, open: () => A2AClient) {
  const client = open();
  let longest = 0;
  const startedAt = performance.now();
  for (let push = 0; push < PUSHES; push += 1) {
    const before = performance.now();
    client.enricher.get(ids[push % PUSHERS] ?? "");
    longest = Math.max(longest, performance.now() - before);
  }
  const totalMs = performance.now() - startedAt;
  await client.close();

  const sliced = open();
  const requests = platform.requests.length;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let push = 0;
  for (let slice = 0; slice < SLICES; slice += 1) {
    for (const end = push + PUSHES / SLICES; push < end; push += 1) {
      sliced.enricher.get(ids[push % PUSHERS] ?? "");
    }
    await setImmediate();
  }
  delay.disable();
  const requested = platform.requests.length - requests;
  const { queued, inFlight, cached } = sliced.enricher.stats();
  await sliced.close();
  return {
    longest,
    totalMs,
    requested,
    queued,
    inFlight,
    cached,
    p99: delay.percentile(99) / 1e6,
    max: delay.max / 1e6,
  };
}

await using platform = await startPlatform();
const me = platform.addWorkspace();
const open = () => createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token ?? "" });
const LIST = "GET /registry/:id/peers";

const cold = open();
platform.fail(LIST, { status: 200, body: rows }, { times: 1 });
for (let index = 0; index < PEERS; index += 1) cold.enricher.get(ids[index] ?? "");
await cold.enricher.settled();
const { cached } = cold.enricher.stats();
console.log(`\n1,000 cold peers: ${platform.requests.length} request, ${cached} records`);

const bare = new LRUCache<string, object>({ max: 1024, ttl: 300_000 });
// Exact to the millisecond, as the enricher is: by default lru-cache reads the clock once per millisecond.
const exact = new LRUCache<string, object>({ max: 1024, ttl: 300_000, ttlResolution: 0 });
for (const row of rows) {
  bare.set(row.id, row);
  exact.set(row.id, row);
}
const readers: Record<string, Get> = {
  "lru-cache get, with ttl": (id) => bare.get(id),
  "lru-cache get, with ttl, ttlResolution 0": (id) => exact.get(id),
  "enricher.get": (id) => cold.enricher.get(id),
};
const names = Object.keys(readers);
const loops = new Map(names.map((name) => [name, [] as number[]]));
const singles = new Map(names.map((name) => [name, [] as number[]]));
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, get] of Object.entries(readers)) {
    const [loop, single] = [readInLoop(get), await readWithPauses(get)];
    // The first round warms up.
    if (round === 0) continue;
    loops.get(name)?.push(loop);
    singles.get(name)?.push(single);
  }
}
await cold.close();
console.log(`\n${"A hit".padEnd(48)}     in a loop                  every 3 ms`);
const ns = (times: Map<string, number[]>, name: string): number => Math.round(median(times.get(name) ?? []));
for (const name of names) {
  const [loop, single] = [ns(loops, name), ns(singles, name)];
  const ratio = (loop / ns(loops, names[0] ?? "")).toFixed(2);
  const singleRatio = (single / ns(singles, names[0] ?? "")).toFixed(2);
  line(name, `${loop} ns`, `x ${ratio}`, `${single} ns`, `x ${singleRatio}`);
}

platform.fail("*", { kind: "stall" });
const missing: number[] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const client = open();
  const us = misses(client, (round + 1) * MISSES);
  if (round > 0) missing.push(us);
  await client.close();
}
console.log("\nA miss");
line(
  `enricher.get, ${MISSES.toLocaleString("en")} unknown peers at once`,
  `${median(missing).toFixed(2)} µs`,
);

console.log(`\n${PUSHES.toLocaleString("en")} pushes from 10,000 peers while the registry hangs`);
const floods: Awaited<ReturnType<typeof flood>>[] = [];
for (let round = 0; round < 5; round += 1) floods.push(await flood(platform, open));
const middle = (name: keyof (typeof floods)[number]): number => median(floods.map((each) => each[name]));
line("one tick: total", `${middle("totalMs").toFixed(1)} ms`);
line("one tick: longest single get", `${middle("longest").toFixed(2)} ms`);
line("100 slices: loop delay p99", `${middle("p99").toFixed(1)} ms`);
line("100 slices: loop delay max", `${middle("max").toFixed(1)} ms`);
line(
  "100 slices: requests, in flight, queued, cached",
  ...(["requested", "inFlight", "queued", "cached"] as const).map(middle),
);
