import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { A2AClient } from "a2a-peers";
import { startChild } from "./child";
import { heapInUse } from "./memory";
import { type Context, judged, type Section } from "./section";
import type { SoakPlatform } from "./soak-platform";

const LANES = 8;
const PEERS = 100_000;
const LOOKUPS_PER_TURN = 50;
const TURN_MS = 10;
/** A hundredth of the 30 s between two beats. */
const BEAT_MS = 300;
const SAMPLES = 20;
/** More growth of the heap from the middle to the end than caches that fill up explain. */
const MAX_GROWTH_MIB = 16;
const MIB = 2 ** 20;

/** Everything at once under random faults, for long; then all is closed, and nothing may be left. */
export const soak: Section = {
  name: "soak",
  async *run(context) {
    const before = leftovers();
    const counts = { sends: 0, failures: 0, lookups: 0, received: 0, beats: 0 };
    const heap = await run(context, counts);
    const left = await waitForNothing(before);
    // Caches fill up in the first half.
    const half = heap.slice(heap.length / 2);
    const growth = ((half.at(-1) ?? 0) - (half[0] ?? 0)) / MIB;
    const seconds = context.soakMs / 1000;
    const what = `${seconds} s of everything, 5 % faults`;
    const work = `${counts.sends} sends (${counts.failures} failed), ${counts.lookups} lookups, ${counts.received} received, ${counts.beats} beats`;
    const perMinute = (slopeOf(half) * SAMPLES * 60) / seconds / MIB;
    yield judged(
      what,
      `${work}, heap ${perMinute.toFixed(1)} MiB per minute in the second half`,
      growth > MAX_GROWTH_MIB ? [`the heap grew by ${growth.toFixed(1)} MiB in the second half`] : [],
    );
    yield judged("handles and listeners after it", left.length === 0 ? "none more than before" : "", left);
  },
};

type Counts = Record<"sends" | "failures" | "lookups" | "received" | "beats", number>;

/** Runs everything for the time of the soak. Returns the heap in use at equal distances. */
async function run({ library, folder, soakMs }: Context, counts: Counts): Promise<number[]> {
  using child = await startChild<SoakPlatform>("./soak-platform.ts", folder);
  const { url, me, poller, peer } = child.ready;
  const stateDir = await mkdtemp(join(tmpdir(), "a2a-peers-soak-"));
  const options = {
    platformUrl: url,
    retry: { baseDelayMs: 10, maxDelayMs: 100 },
    timeouts: { requestMs: 2000 },
  };
  const client = library.main.createA2AClient({ ...options, workspaceId: me.id, token: me.token });
  const receiver = library.main.createA2AClient({ ...options, workspaceId: poller.id, token: poller.token });
  const heartbeat = library.heartbeat.createHeartbeat(client, {
    intervalMs: BEAT_MS,
    stateDir,
    onEvent({ type }) {
      if (type === "heartbeat.sent") counts.beats += 1;
    },
  });
  const inbox = library.inbox.createInbox(receiver, { stateDir, pollIntervalMs: 20, idleIntervalMs: 50 });
  const state = { over: false };
  heartbeat.start();
  const work = [
    inbox.run(() => {
      counts.received += 1;
    }),
    ...Array.from({ length: LANES }, () => send(client, peer, state, counts)),
    lookUp(client, state, counts),
  ];
  const heap: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await sleep(soakMs / SAMPLES);
    heap.push(heapInUse());
  }
  state.over = true;
  await Promise.all([heartbeat.stop(), inbox.stop()]);
  await Promise.all(work);
  await Promise.all([client.close(), receiver.close()]);
  await rm(stateDir, { recursive: true });
  return heap;
}

async function send(
  client: A2AClient,
  peer: string,
  state: { over: boolean },
  counts: Counts,
): Promise<void> {
  while (!state.over) {
    counts.sends += 1;
    await client.sendA2AMessage(peer, "hello", { budgetMs: 2000 }).catch(() => {
      counts.failures += 1;
    });
  }
}

async function lookUp(client: A2AClient, state: { over: boolean }, counts: Counts): Promise<void> {
  while (!state.over) {
    for (let n = 0; n < LOOKUPS_PER_TURN; n += 1) {
      client.enricher.get(idOf(counts.lookups % PEERS));
      counts.lookups += 1;
    }
    await sleep(TURN_MS);
  }
}

/** The id of a peer that does not exist. */
const idOf = (n: number): string => `${n.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;

/** Timers, sockets and listeners of the process, by kind. */
function leftovers(): Map<string, number> {
  const found = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) found.set(kind, (found.get(kind) ?? 0) + 1);
  for (const name of process.eventNames())
    found.set(`listener of ${String(name)}`, process.listenerCount(name));
  return found;
}

/** What there is more of than before, once sockets have had time to close. */
async function waitForNothing(before: ReadonlyMap<string, number>): Promise<string[]> {
  for (let turn = 0; ; turn += 1) {
    const more = [...leftovers()].filter(([kind, count]) => count > (before.get(kind) ?? 0));
    if (more.length === 0 || turn === 50) return more.map(([kind, count]) => `${count} ${kind}`);
    await sleep(20);
  }
}

/** The slope of the line of least squares through values at equal distances, per distance. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const up = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const down = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return up / down;
}
