import { randomUUID } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild } from "./child";
import { heapInUse } from "./memory";
import { type Context, judged, type Row, type Section } from "./section";

/** Calls under way when the memory is measured, after which no more are begun. */
const HOLD_MS = 200;

/** Many concurrent sends to peers that take their time. */
export const load: Section = {
  name: "load",
  async *run(context) {
    const sends = context.short ? 1000 : 10_000;
    // The default, and one that opens as many connections as a process may.
    for (const places of [256, 1024]) yield await measure(context, sends, places);
  },
};

async function measure({ library }: Context, sends: number, places: number): Promise<Row> {
  using server = await startChild<string>("./held-peers.ts", String(HOLD_MS));
  await using client = library.main.createA2AClient({
    platformUrl: server.ready,
    workspaceId: randomUUID(),
    token: "token",
    limits: { maxConcurrentSends: places },
  });
  const peer = randomUUID();
  await client.sendA2AMessage(peer, "warm up");
  const before = heapInUse();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // A delay before the first sample is not seen.
  await sleep(HOLD_MS / 2);
  const startedAt = performance.now();
  const pending = Array.from({ length: sends }, (_, n) => client.sendA2AMessage(peer, `task ${n}`));
  const results = Promise.allSettled(pending);
  await sleep(HOLD_MS / 2);
  delay.disable();
  const perCall = (heapInUse() - before) / sends;
  // The collection above is a delay of the measurement.
  delay.enable();
  const answered = (await results).filter(({ status }) => status === "fulfilled").length;
  delay.disable();
  const seconds = (performance.now() - startedAt) / 1000;
  const figures = [
    `${answered} answered in ${seconds.toFixed(1)} s`,
    `${(perCall / 1024).toFixed(1)} KiB of heap for each`,
    `event loop held for ${Math.round(delay.max / 1e6)} ms at most`,
  ];
  const lost = answered === sends ? [] : [`${sends - answered} were not answered`];
  return judged(`${sends} sends at once, ${places} places`, figures.join(", "), lost);
}
