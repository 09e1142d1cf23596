import { expect, it, vi } from "vitest";
import { testClient } from "../helpers/client";
import { PEER } from "../helpers/ids";

const MANY = 1000;

/** A client whose requests are answered by a fetch that keeps the texts it is given. */
function clientOfMany() {
  const texts: string[] = [];
  const fetchLike = vi.fn(async (_: unknown, init?: RequestInit) => {
    const { id, params } = JSON.parse(String(init?.body));
    texts.push(params.message.parts[0].text);
    const result = { kind: "message", role: "agent", messageId: "m", parts: [] };
    return new Response(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
  const limits = { maxConcurrentSends: MANY };
  const client = testClient({ fetch: fetchLike as typeof fetch, limits });
  return { client, texts, fetchLike };
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `task ${index}`);

/** Starts a send for each text in one turn of the event loop. */
const sendAll = (client: ReturnType<typeof testClient>, texts: readonly string[], signal?: AbortSignal) =>
  texts.map((text) => client.sendA2AMessage(PEER, text, signal && { signal }));

it("spreads the starts of many sends over turns of the event loop, in the order of their calls", async () => {
  const { client, texts, fetchLike } = clientOfMany();
  await client.sendA2AMessage(PEER, "loads the transport");
  const sent = sendAll(client, numbered(MANY));
  await new Promise(setImmediate);
  const startedInOneTurn = fetchLike.mock.calls.length;
  await Promise.all(sent);

  expect(startedInOneTurn).toBeGreaterThan(100);
  expect(startedInOneTurn).toBeLessThan(MANY / 2);
  expect(texts.slice(1)).toEqual(numbered(MANY));
});

it("keeps the order when further sends come while others wait", async () => {
  const { client, texts } = clientOfMany();
  const all = numbered(MANY);
  const first = sendAll(client, all.slice(0, 700));
  await new Promise(setImmediate);
  const second = sendAll(client, all.slice(700));
  await Promise.all([...first, ...second]);

  expect(texts).toEqual(all);
});

it("spreads messages with data and metadata too, and sends them as they were at the call", async () => {
  const { client, fetchLike } = clientOfMany();
  const data = { step: 1 };
  const metadata = { run: 1 };
  const parts = [{ kind: "text", text: "sort" } as const, { kind: "data", data } as const];
  const sent = numbered(MANY).map(() => client.sendA2AMessage(PEER, { parts }, { metadata }));
  await new Promise(setImmediate);
  expect(fetchLike.mock.calls.length).toBeLessThan(MANY / 2);
  data.step = 2;
  metadata.run = 2;
  await Promise.all(sent);

  const messages = fetchLike.mock.calls.map(([, init]) => JSON.parse(String(init?.body)).params.message);
  const seen = new Set(
    messages.slice(MANY / 2).map((each) => `${each.parts[1].data.step} ${each.metadata.run}`),
  );
  expect(seen).toEqual(new Set(["1 1"]));
});

it("sends what was given when it was called, also with options that change while it waits", async () => {
  const { client, fetchLike } = clientOfMany();
  const options = { messageId: "first" };
  const sent = numbered(MANY).map((text) => client.sendA2AMessage(PEER, text, options));
  options.messageId = "second";
  await Promise.all(sent);

  const ids = fetchLike.mock.calls.map(([, init]) => JSON.parse(String(init?.body)).params.message.messageId);
  expect(new Set(ids)).toEqual(new Set(["first"]));
});

it("rejects the sends that wait when their signal is aborted, and makes no request for them", async () => {
  const { client, fetchLike } = clientOfMany();
  const reason = new Error("no longer needed");
  const controller = new AbortController();
  const sent = Promise.allSettled(sendAll(client, numbered(MANY), controller.signal));
  controller.abort(reason);

  expect(new Set((await sent).map((each) => each.status === "rejected" && each.reason))).toEqual(
    new Set([reason]),
  );
  expect(fetchLike.mock.calls.length).toBeLessThan(MANY / 2);
});

it("rejects the sends that wait when the client is closed", async () => {
  const { client, fetchLike } = clientOfMany();
  const sent = Promise.allSettled(sendAll(client, numbered(MANY)));
  await client.close();

  const codes = (await sent).map((each) => each.status === "rejected" && each.reason.code);
  expect(new Set(codes)).toEqual(new Set(["closed"]));
  expect(fetchLike.mock.calls.length).toBeLessThan(MANY / 2);
});

it("counts the budget of a send from its call, the wait included", async () => {
  const { client } = clientOfMany();
  const sent = Promise.allSettled(
    numbered(MANY).map((text) => client.sendA2AMessage(PEER, text, { budgetMs: 1 })),
  );
  for (const end = performance.now() + 5; performance.now() < end; );

  const last = (await sent).at(-1);
  expect(last).toMatchObject({ status: "rejected", reason: { code: "timeout", delivery: "not-sent" } });
});
