import { Agent, get } from "node:http";
import { heapHeldBy } from "../heap";
import { OWN_ID } from "../ids";
import { interleave } from "../interleave";
import { openClient } from "../open-client";
import { atMost, type Goal, type Section, type Table } from "../section";
import { median } from "../statistics";
import { startStubPlatform } from "../stub-platform";

const LENGTHS = [10, 1000, 10_000];
const GOAL = 1.15;
const MEMORY_GOAL = 1.2;

/** Reading a list of peers, against the same request and `JSON.parse`. */
export const list: Section = {
  name: "list",
  async run({ library, quick }) {
    using platform = await startStubPlatform();
    await using client = openClient(library, platform.url);
    const url = `${platform.url}/registry/${OWN_ID}/peers`;
    const agent = new Agent({ keepAlive: true });
    const readers: Record<string, () => Promise<unknown>> = {
      "fetch and JSON.parse": async () => JSON.parse(await (await fetch(url)).text()),
      "node:http and JSON.parse": async () => JSON.parse(await readText(url, agent)),
      "client.listPeers": async () => (await client.listPeers()).peers,
    };
    const tables: Table[] = [];
    const goals: Goal[] = [];
    for (const length of LENGTHS) {
      await platform.configure({ peers: length });
      const text = await readText(url, agent);
      const variants = {
        ...Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, () => timeOf(read)])),
        "JSON.parse alone": () => timeOf(() => JSON.parse(text)),
      };
      const rounds = Math.ceil((quick ? 20_000 : 100_000) / Math.max(length, 1000));
      const turns: Record<string, number[]> = await interleave(variants, rounds);
      const ms = (name: string) => median(turns[name] ?? []);
      const heap = new Map<string, number>();
      for (const [name, read] of Object.entries(readers)) heap.set(name, await heapHeldBy(read));
      const baseMs = ms("fetch and JSON.parse");
      const title = `A list of ${length.toLocaleString("en")} peers`;
      const rows = Object.keys(variants).map((reader) => ({
        reader,
        ms: ms(reader),
        "of fetch and JSON.parse": ms(reader) / baseMs,
        // The heap of a short list is less than what is freed meanwhile.
        ...(length < 1000 ? {} : { "KiB of heap held": (heap.get(reader) ?? Number.NaN) / 1024 }),
      }));
      tables.push({ title, rows });
      if (length < 10_000) continue;
      const memory = (heap.get("client.listPeers") ?? Number.NaN) / (heap.get("fetch and JSON.parse") ?? 1);
      goals.push(
        atMost(`${title}, of fetch and JSON.parse`, ms("client.listPeers") / baseMs, GOAL),
        atMost(`${title}, heap of fetch and JSON.parse`, memory, MEMORY_GOAL),
      );
    }
    agent.destroy();
    return { tables, goals };
  },
};

/** Milliseconds until a list is read. */
async function timeOf(read: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await read();
  return performance.now() - startedAt;
}

function readText(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}
