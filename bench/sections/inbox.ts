import { setTimeout as sleep } from "node:timers/promises";
import { heapHeldBy } from "../heap";
import { startProgram } from "../program";
import { createScratchFolder } from "../scratch-folder";
import type { Context, Row, Section } from "../section";
import { median } from "../statistics";

/** The stream of events is open after this time. */
const CONNECT_MS = 500;
const LARGEST_PAUSE_MS = 300;

/** What an inbox handles, and the memory that it takes while many messages wait. */
export const inbox: Section = {
  name: "inbox",
  async run(context) {
    const share = context.quick ? 0.25 : 1;
    const rates = [await measureRate(context, 1, 2000 * share), await measureRate(context, 16, 8000 * share)];
    const delay = await measureDelay(context, context.quick ? 5 : 20);
    const memory = await measureMemory(context, 100_000 * share);
    return {
      tables: [
        {
          title: "Messages of an inbox",
          rows: rates,
          note: "Each message is journalled before and after it is handled.",
        },
        { title: "From a message to its handler", rows: [delay] },
        { title: "An inbox for which many messages wait", rows: [memory] },
      ],
      goals: [],
    };
  },
};

async function openInbox({ folder, library }: Context, messages: number, concurrency: number) {
  const platform = await startProgram<
    { url: string; id: string; token: string },
    object,
    { cpuUs: number; requests: number }
  >("inbox-platform.mjs", [String(messages), String(concurrency)], folder);
  const { url, id, token } = platform.ready;
  const stateDir = await createScratchFolder();
  const client = library.main.createA2AClient({ platformUrl: url, workspaceId: id, token });
  return {
    platform,
    box: library.inbox.createInbox(client, { stateDir: stateDir.path, concurrency }),
    async [Symbol.asyncDispose]() {
      await client.close();
      platform[Symbol.dispose]();
      await stateDir[Symbol.asyncDispose]();
    },
  };
}

/** Messages per second through `run`, of as many senders as there are handlers. */
async function measureRate(context: Context, concurrency: number, count: number): Promise<Row> {
  await using opened = await openInbox(context, count, concurrency);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  let handled = 0;
  await new Promise<void>((resolve) => {
    void opened.box.run(() => {
      handled += 1;
      if (handled === count) resolve();
    });
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { handlers: concurrency, "messages/s": count / seconds, "CPU µs/message": (user + system) / count };
}

/** Milliseconds from a message to its handler, of an inbox that the platform's stream of events wakes. */
async function measureDelay(context: Context, count: number): Promise<Row> {
  await using opened = await openInbox(context, 0, 1);
  const handlers = new Map<string, () => void>();
  void opened.box.run(({ text }) => handlers.get(text)?.());
  await sleep(CONNECT_MS);
  const delays: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const handled = new Promise<void>((resolve) => handlers.set(`m${n}`, resolve));
    const startedAt = performance.now();
    await opened.platform.ask({ text: `m${n}` });
    await handled;
    delays.push(performance.now() - startedAt);
    await sleep(Math.random() * LARGEST_PAUSE_MS);
  }
  return { messages: count, "median ms": median(delays), "largest ms": Math.max(...delays) };
}

async function measureMemory(context: Context, count: number): Promise<Row> {
  await using opened = await openInbox(context, count, 1);
  const bytes = await heapHeldBy(() => opened.box.receive());
  const { requests } = await opened.platform.ask({});
  return {
    waiting: count,
    // Less than what is freed meanwhile.
    "MiB of heap": Math.max(0, bytes) / 2 ** 20,
    "messages in memory": opened.box.status.waiting,
    "requests until the first": requests,
  };
}
