// What holds up the event loop, in a process of its own. Arguments: the URL, the task, and how many.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { idOf, PEER, WORKSPACE } from "./ids.mjs";

const { createA2AClient } = await import(`${process.env.A2A_PEERS_DIST}/index.js`);
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

const [, , platformUrl, task, count] = process.argv;
const PUSHERS = 10_000;
const SLICES = 100;
const SETTLE_MS = 100;
const ids = Array.from({ length: PUSHERS }, (_, index) => idOf(index));

const client = createA2AClient({ platformUrl, workspaceId: WORKSPACE, token: "token" });
const delay = monitorEventLoopDelay({ resolution: 1 });

/** Runs something, and resolves to the largest delay of the event loop meanwhile, in ms. */
async function watch(run) {
  delay.reset();
  delay.enable();
  // A delay before the first sample is not seen.
  await sleep(SETTLE_MS);
  const startedAt = performance.now();
  await run();
  const ms = performance.now() - startedAt;
  await sleep(SETTLE_MS);
  delay.disable();
  return { ms, delayMs: delay.max / 1e6 };
}

const heapInUse = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

const push = (from, to) => {
  for (let index = from; index < to; index += 1) client.enricher.get(ids[index % PUSHERS]);
};

const TASKS = {
  async sends() {
    await client.sendA2AMessage(PEER, "warm up");
    const before = heapInUse();
    const sent = { results: undefined };
    const start = await watch(() => {
      const calls = Array.from({ length: count }, (_, n) => client.sendA2AMessage(PEER, `task ${n}`));
      sent.results = Promise.allSettled(calls);
    });
    const startedAt = performance.now();
    const bytesEach = (heapInUse() - before) / count;
    // The collection is a delay of the measurement.
    const rest = await watch(() => sent.results);
    const results = await sent.results;
    const answered = results.filter(({ status }) => status === "fulfilled").length;
    const ms = performance.now() - startedAt + SETTLE_MS;
    return { answered, ms, bytesEach, delayMs: Math.max(start.delayMs, rest.delayMs) };
  },
  "pushes at once": () => watch(() => push(0, count)),
  "pushes in slices": () =>
    watch(async () => {
      const slice = count / SLICES;
      for (let start = 0; start < count; start += slice) {
        push(start, start + slice);
        await setImmediate();
      }
    }),
  async list() {
    const measured = await watch(() => client.listPeers());
    // The second has the code compiled, as in a program that has run for a while.
    return { ...measured, again: await watch(() => client.listPeers()) };
  },
  "JSON.parse of the list": async () => {
    const text = await (await fetch(`${platformUrl}/registry/${WORKSPACE}/peers`)).text();
    return watch(() => JSON.parse(text));
  },
};

process.send(await TASKS[task]());
process.exit();
