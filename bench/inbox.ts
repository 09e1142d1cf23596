// What an inbox handles and costs: messages per second, memory with many waiting, and the time from send to handler.
//
//   node --expose-gc --import tsx bench/inbox.ts

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createA2AClient } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";
import { startPlatform, type TestPlatform } from "a2a-peers/testing";

const stateDir = await mkdtemp(join(tmpdir(), "a2a-peers-bench-"));
await using _removed = { [Symbol.asyncDispose]: () => rm(stateDir, { recursive: true }) };

const ago = (ms: number) => new Date(Date.now() - ms).toISOString().replace("Z", "000Z");

const body = (text: string) => ({
  params: { message: { role: "user", messageId: text, parts: [{ kind: "text", text }] } },
});

function openInbox(platform: TestPlatform, concurrency: number) {
  const me = platform.addWorkspace({ deliveryMode: "poll" });
  const client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
  return { me, client, inbox: createInbox(client, { stateDir, concurrency }) };
}

/** Messages per second through `run`, of as many senders as there are handlers. */
async function measureRate(concurrency: number, count: number): Promise<void> {
  await using platform = await startPlatform();
  const { me, client, inbox } = openInbox(platform, concurrency);
  const senders = Array.from({ length: concurrency }, () => crypto.randomUUID());
  for (let n = 0; n < count; n += 1) {
    const created_at = ago(300_000 - n);
    me.addActivityRow({ source_id: senders[n % concurrency], request_body: body(`m${n}`), created_at });
  }
  const startedAt = performance.now();
  let handled = 0;
  const all = new Promise<void>((resolve) => {
    void inbox.run(() => {
      handled += 1;
      if (handled === count) resolve();
    });
  });
  await all;
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`${concurrency} handlers: ${Math.round(count / seconds)} messages/s`);
  await client.close();
}

/** Heap that an inbox takes while 100,000 messages wait at the platform. */
async function measureMemory(count: number): Promise<void> {
  await using platform = await startPlatform();
  const { me, client, inbox } = openInbox(platform, 1);
  const rows = Array.from({ length: count }, (_, n) => ({
    request_body: body(`m${n}`),
    created_at: ago(500_000 - n),
  }));
  for (const row of rows) me.addActivityRow(row);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const first = await inbox.receive();
  globalThis.gc?.();
  const mebibytes = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  console.log(
    `${count} waiting: first "${first?.text}", ${inbox.status.waiting} in memory, ${mebibytes.toFixed(1)} MiB`,
  );
  console.log(`  after ${platform.requests.length} requests`);
  await client.close();
}

/** Median milliseconds from a message's send to its handler, with and without the event stream. */
async function measureDelay(withStream: boolean, count: number): Promise<void> {
  await using platform = await startPlatform();
  if (!withStream) platform.fail("GET /workspaces/:id/events/stream", { status: 404 });
  const { me, client, inbox } = openInbox(platform, 1);
  const delays: number[] = [];
  let sentAt = 0;
  void inbox.run(() => void delays.push(performance.now() - sentAt));
  await sleep(1000);
  for (let n = 0; n < count; n += 1) {
    sentAt = performance.now();
    me.writeAsHuman(`m${n}`);
    while (delays.length <= n) await sleep(1);
    await sleep(Math.random() * (withStream ? 500 : 8000));
  }
  const median = delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)] ?? 0;
  console.log(`${withStream ? "with" : "without"} the stream: median ${median.toFixed(0)} ms to the handler`);
  await client.close();
}

await measureRate(1, 1000);
await measureRate(16, 4000);
await measureMemory(100_000);
await measureDelay(true, 30);
await measureDelay(false, 9);
