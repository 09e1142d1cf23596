import { setTimeout as sleep } from "node:timers/promises";
import type { A2AClient } from "a2a-peers";
import { LRUCache } from "lru-cache";
import { idOf } from "../ids";
import { interleave } from "../interleave";
import { openClient } from "../open-client";
import { atMost, type Context, type Result, type Section } from "../section";
import { median } from "../statistics";
import { type StubPlatform, startStubPlatform } from "../stub-platform";

const PEERS = 1000;
const MISSES = 20_000;
const PAUSE_MS = 3;
const HIT_GOAL = 1.5;
const MISS_GOAL_US = 3;

type Get = (id: string) => unknown;

const ids = Array.from({ length: PEERS }, (_, index) => idOf(index));

/** The cost of the enricher for its caller, against that of a bare cache. */
export const enricher: Section = {
  name: "enricher",
  async run(context) {
    using platform = await startStubPlatform();
    await platform.configure({ peers: PEERS });
    const hits = await measureHits(context, platform);
    const misses = await measureMisses(context, platform);
    return { tables: [...hits.tables, ...misses.tables], goals: [...hits.goals, ...misses.goals] };
  },
};

async function measureHits({ library, quick }: Context, platform: StubPlatform): Promise<Result> {
  await using client = openClient(library, platform.url);
  for (const id of ids) client.enricher.get(id);
  await client.enricher.settled();
  const { requests } = await platform.counts();

  const bare = new LRUCache<string, object>({ max: 1024, ttl: 300_000 });
  // Exact to the millisecond, as the enricher is: by default lru-cache reads the clock once per millisecond.
  const exact = new LRUCache<string, object>({ max: 1024, ttl: 300_000, ttlResolution: 0 });
  for (const id of ids) {
    const record = client.enricher.get(id);
    if (record === null || record === undefined)
      throw new Error("The enricher has no record of a listed peer");
    bare.set(id, record);
    exact.set(id, record);
  }
  const readers = {
    "lru-cache, with ttl": (id: string) => bare.get(id),
    "lru-cache, with ttl, ttlResolution: 0": (id: string) => exact.get(id),
    "enricher.get": (id: string) => client.enricher.get(id),
  };
  const measure = (get: Get) => async () => ({
    loop: readInLoop(get, quick ? 100_000 : 1_000_000),
    single: await readWithPauses(get, quick ? 30 : 100),
  });
  const variants = Object.entries(readers).map(([name, get]) => [name, measure(get)]);
  const turns: Record<string, { loop: number; single: number }[]> = await interleave(
    Object.fromEntries(variants),
    quick ? 5 : 9,
  );
  const measured = Object.entries(turns).map(([read, ofReader]) => ({
    read,
    loop: median(ofReader.map(({ loop }) => loop)),
    single: median(ofReader.map(({ single }) => single)),
  }));
  const [base, , own] = measured;
  if (base === undefined || own === undefined) throw new Error("Expected three readers");
  const rows = measured.map(({ read, loop, single }) => ({
    read,
    "ns, in a loop": loop,
    "of lru-cache": loop / base.loop,
    [`ns, every ${PAUSE_MS} ms`]: single,
    "of lru-cache, too": single / base.single,
  }));
  return {
    tables: [
      {
        title: "A hit of the enricher",
        rows,
        note: `${PEERS.toLocaleString("en")} peers that were not known took ${requests} request.`,
      },
    ],
    goals: [
      atMost("a hit, in a loop, of a bare lru-cache", own.loop / base.loop, HIT_GOAL),
      atMost(`a hit, every ${PAUSE_MS} ms, of a bare lru-cache`, own.single / base.single, HIT_GOAL),
      atMost("requests for 1,000 unknown peers", requests, 1),
    ],
  };
}

/** Nanoseconds of a read in a tight loop over all peers. */
function readInLoop(get: Get, reads: number): number {
  const startedAt = performance.now();
  for (let read = 0; read < reads; read += 1) get(ids[read % PEERS] ?? "");
  return ((performance.now() - startedAt) * 1e6) / reads;
}

/** Nanoseconds of one read after a few idle milliseconds, as with real pushes; the median. */
async function readWithPauses(get: Get, reads: number): Promise<number> {
  const times: number[] = [];
  for (let read = 0; read < reads; read += 1) {
    await sleep(PAUSE_MS);
    const startedAt = process.hrtime.bigint();
    get(ids[read] ?? "");
    times.push(Number(process.hrtime.bigint() - startedAt));
  }
  return median(times);
}

async function measureMisses({ library, quick }: Context, platform: StubPlatform): Promise<Result> {
  const times: number[] = [];
  for (let round = 0; round <= (quick ? 3 : 9); round += 1) {
    await using client = openClient(library, platform.url);
    const us = readUnknown(client, (round + 1) * MISSES);
    // The first round warms up.
    if (round > 0) times.push(us);
  }
  const us = median(times);
  return {
    tables: [
      {
        title: "A miss of the enricher",
        rows: [{ read: `${MISSES.toLocaleString("en")} unknown peers at once`, µs: us }],
      },
    ],
    goals: [atMost("a miss", us, MISS_GOAL_US, "µs")],
  };
}

/** Microseconds of a read of an unknown peer, whether its request is queued or dropped. */
function readUnknown(client: A2AClient, from: number): number {
  const unknown = Array.from({ length: MISSES }, (_, index) => idOf(from + index));
  const startedAt = performance.now();
  for (const id of unknown) client.enricher.get(id);
  return ((performance.now() - startedAt) * 1e3) / MISSES;
}
