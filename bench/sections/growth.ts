import { LRUCache } from "lru-cache";
import type { Library } from "../faults/library";
import { idOf, PEER_ID, TOKEN } from "../ids";
import { openClient } from "../open-client";
import type { Context, Row, Section } from "../section";
import { exponent, median } from "../statistics";
import { type StubPlatform, startStubPlatform } from "../stub-platform";

/** A cost that is measured for several numbers. */
interface Growth {
  readonly what: string;
  readonly numbers: readonly number[];
  /** Prepares for a number; the result is what is measured, once in a call. */
  prepare(number: number): Promise<() => unknown>;
}

/** How the CPU of the own process grows with what there is more of. */
export const growth: Section = {
  name: "growth",
  async run(context) {
    using platform = await startStubPlatform();
    const rows: Row[] = [];
    for (const one of growths(context, platform)) rows.push(await measure(one, context.quick));
    return {
      tables: [
        {
          title: "Growth",
          rows,
          note: "The exponent is the slope of the logarithms: 1 is a cost that doubles when the number does. The last one is that from the last but one number to the largest, where constant costs count least.",
        },
      ],
      goals: [],
    };
  },
};

/** Numbers of peers, workspaces and sends. */
const NUMBERS = [10, 100, 1000, 10_000];
const CACHED = [100, 1000, 10_000, 100_000];
const BYTES = [1024, 16_384, 262_144, 4_194_304];
const LARGE = { requestBytes: 2 ** 27, responseBytes: 2 ** 27 };

function growths({ library }: Context, platform: StubPlatform): readonly Growth[] {
  const { url } = platform;
  const client = openClient(library, url, { limits: LARGE });
  const send = (text: string) => client.sendA2AMessage(PEER_ID, text);
  return [
    {
      what: "peers in a list",
      numbers: NUMBERS,
      async prepare(peers) {
        await platform.configure({ peers });
        return () => client.listPeers();
      },
    },
    {
      what: "peers that are read from a full cache, each once",
      numbers: CACHED,
      prepare: (peers) => prepareEnricher(library, platform, peers),
    },
    { what: "the same, of a bare lru-cache", numbers: CACHED, prepare: prepareBareCache },
    {
      what: "workspaces of a client, each sends a message",
      numbers: NUMBERS,
      prepare: (count) => prepareWorkspaces(library, platform, count),
    },
    {
      what: "bytes of a message",
      numbers: BYTES,
      async prepare(bytes) {
        await platform.configure({ replyBytes: 200 });
        const text = "x".repeat(bytes);
        return () => send(text);
      },
    },
    {
      what: "bytes of a reply",
      numbers: BYTES,
      async prepare(replyBytes) {
        await platform.configure({ replyBytes });
        return () => send("hello");
      },
    },
    {
      what: "sends at once",
      numbers: NUMBERS,
      async prepare(count) {
        await platform.configure({ replyBytes: 200 });
        return () => Promise.all(Array.from({ length: count }, () => send("hello")));
      },
    },
  ];
}

async function prepareEnricher(library: Library, platform: StubPlatform, peers: number) {
  await platform.configure({ peers });
  const full = openClient(library, platform.url, { enricher: { maxPeers: peers }, limits: LARGE });
  await full.listPeers();
  const ids = Array.from({ length: peers }, (_, index) => idOf(index));
  return () => {
    for (const id of ids) full.enricher.get(id);
  };
}

async function prepareBareCache(peers: number) {
  const ids = Array.from({ length: peers }, (_, index) => idOf(index));
  const full = new LRUCache<string, object>({ max: peers, ttl: 300_000 });
  for (const id of ids) full.set(id, { id });
  return () => {
    for (const id of ids) full.get(id);
  };
}

async function prepareWorkspaces({ main }: Library, platform: StubPlatform, count: number) {
  await platform.configure({ replyBytes: 200 });
  const workspaces = Array.from({ length: count }, (_, index) => ({ id: idOf(index), token: TOKEN }));
  return async () => {
    await using client = main.createA2AClient({ platformUrl: platform.url, workspaces });
    await Promise.all(workspaces.map(({ id }) => client.sendA2AMessage(PEER_ID, "hello", { source: id })));
  };
}

async function measure({ what, numbers, prepare }: Growth, quick: boolean): Promise<Row> {
  const points: [number, number][] = [];
  for (const number of quick ? numbers.slice(0, 3) : numbers) {
    points.push([number, await cpuMsOf(await prepare(number), quick ? 60 : 500)]);
  }
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) throw new Error("Expected several numbers");
  return {
    "with more": what,
    from: first[0],
    "CPU ms": first[1],
    to: last[0],
    "CPU ms, then": last[1],
    exponent: exponent(points),
    "last exponent": exponent(points.slice(-2)),
  };
}

/** CPU of one call, in milliseconds: the median of five measurements, each of as many calls as fit in a time. */
async function cpuMsOf(run: () => unknown, atLeastMs: number): Promise<number> {
  const measurements: number[] = [];
  // The first one warms up.
  for (let round = 0; round <= 5; round += 1) {
    const cpu = process.cpuUsage();
    const end = performance.now() + atLeastMs / 5;
    let calls = 0;
    do {
      await run();
      calls += 1;
    } while (performance.now() < end);
    const { user, system } = process.cpuUsage(cpu);
    if (round > 0) measurements.push((user + system) / 1000 / calls);
  }
  return median(measurements);
}
