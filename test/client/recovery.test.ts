import { type A2AClient, type A2AEvent, settle } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { expect, it } from "vitest";
import { PEER_ID, quickClient } from "../helpers/sockets-client";
import { answerBytes, rawServer } from "../helpers/sockets-server";

const AWAY = answerBytes("<html>Bad gateway</html>", [], "502 Bad Gateway");
const REPLY = answerBytes(
  '{"jsonrpc":"2.0","id":"1","result":{"kind":"message","role":"agent","parts":[{"kind":"text","text":"done"}]}}',
  ["content-type: application/json"],
);
/** Four attempts in about 0.7 s. */
const RETRY = { maxAttempts: 4, baseDelayMs: 100, maxDelayMs: 400, jitter: 0.25 };

/** A proxy before a platform, which is away until the platform is started. */
async function proxy() {
  const state = { away: true, answered: 0 };
  const server = await rawServer({
    onRequest(socket) {
      if (!state.away) state.answered += 1;
      socket.write(state.away ? AWAY : REPLY);
    },
  });
  return { state, server };
}

/** Makes requests that fail until the gate is closed: from then on everybody knows. */
async function closeGate(client: A2AClient, events: readonly A2AEvent[]): Promise<void> {
  while (!events.some(({ type }) => type === "recovery_gate.closed")) {
    await settle(client.checkAccess(PEER_ID, { timeoutMs: 50 }));
  }
}

it("thirty senders make few requests of a platform that stays away, and none waits longer for that", async () => {
  const { server } = await proxy();
  await using _ = server;
  const events: A2AEvent[] = [];
  await using client = quickClient(server.url, { retry: RETRY, onEvent: (event) => events.push(event) });
  await closeGate(client, events);
  const before = server.complete;
  const startedAt = performance.now();
  const sends = await Promise.all(
    Array.from({ length: 30 }, (_, n) => settle(client.sendA2AMessage(PEER_ID, `task ${n}`))),
  );
  const elapsedMs = performance.now() - startedAt;

  expect(sends.every(({ ok }) => !ok)).toBe(true);
  // At most one in 100 ms; without the gate 120.
  expect(server.complete - before).toBeLessThanOrEqual(Math.ceil(elapsedMs / 100) + 1);
  const errors = sends.flatMap((sent) => (sent.ok ? [] : [sent.error]));
  const waited = errors.filter(({ attempts }) => attempts === 0);
  expect(waited.length).toBeGreaterThan(0);
  expect(waited[0]).toMatchObject({ code: "platform_error", delivery: "not-sent", retryable: true });
  expect(waited[0]?.message).toContain(
    "It waited for the recovery of the target: 4 attempts were not made, because another call had just failed alike.",
  );
  expect(events.filter(({ type }) => type === "recovery_gate.closed")).toMatchObject([
    { code: "platform_error" },
  ]);
});

it("what waits is sent once the platform is back, each message once", async () => {
  const { server, state } = await proxy();
  await using _ = server;
  const events: A2AEvent[] = [];
  const retry = { ...RETRY, maxAttempts: 20 };
  await using client = quickClient(server.url, { retry, onEvent: (event) => events.push(event) });
  setTimeout(() => {
    state.away = false;
  }, 1100);
  const sends = await Promise.all(
    Array.from({ length: 12 }, (_, n) => client.sendA2AMessage(PEER_ID, `task ${n}`)),
  );

  expect(sends.map(({ kind }) => kind)).toEqual(Array.from({ length: 12 }, () => "reply"));
  expect(state.answered).toBe(12);
  const types = events.map(({ type }) => type).filter((type) => type.startsWith("recovery_gate"));
  // It opens once its pace is the largest.
  expect(types).toEqual(["recovery_gate.closed"]);
});

it("under at-most-once only the message of the attempt that failed is given up, not those that waited for it", async () => {
  const { server, state } = await proxy();
  await using _ = server;
  const events: A2AEvent[] = [];
  const retry = { ...RETRY, maxAttempts: 20 };
  await using client = quickClient(server.url, {
    retry,
    delivery: "at-most-once",
    onEvent: (event) => events.push(event),
  });
  await closeGate(client, events);
  const before = server.complete;
  setTimeout(() => {
    state.away = false;
  }, 350);
  const sends = await Promise.all(
    Array.from({ length: 12 }, (_, n) => settle(client.sendA2AMessage(PEER_ID, `task ${n}`))),
  );
  const given = sends.filter(({ ok }) => !ok).length;

  expect(state.answered).toBe(12 - given);
  expect(state.answered).toBeGreaterThan(0);
  // No message was sent a second time.
  expect(server.complete - before).toBe(12);
});

it("one peer that restarts does not hold up another one", async () => {
  await using platform = await startPlatform();
  const me = platform.addWorkspace({ name: "me" });
  const restarting = platform.addWorkspace({ name: "restarting", reply: () => "never" });
  const other = platform.addWorkspace({ name: "other", reply: () => "here" });
  platform.fail(
    `POST /workspaces/${restarting.id}/a2a`,
    { status: 503, body: { error: "workspace agent restarting", restarting: true } },
    { times: 1000 },
  );
  const events: A2AEvent[] = [];
  await using client = quickClient(platform.url, {
    workspaceId: me.id,
    token: me.token,
    retry: { ...RETRY, maxAttempts: 2 },
    onEvent: (event) => events.push(event),
  });
  const refused = Promise.all(
    Array.from({ length: 10 }, () => settle(client.sendA2AMessage(restarting.id, "hello"))),
  );
  await refused;
  const sent = await client.sendA2AMessage(other.id, "hello");

  expect(sent).toMatchObject({ kind: "reply", text: "here", attempts: 1 });
  expect(events.filter(({ type }) => type === "recovery_gate.closed")).toMatchObject([
    { peerId: restarting.id, code: "peer_unavailable" },
  ]);
});

it("two clients of one process share what they know of the platform", async () => {
  const { server } = await proxy();
  await using _ = server;
  const events: A2AEvent[] = [];
  await using one = quickClient(server.url, { retry: RETRY, onEvent: (event) => events.push(event) });
  await using two = quickClient(server.url, { retry: RETRY });
  await closeGate(one, events);
  const before = server.complete;
  await Promise.all([
    ...Array.from({ length: 5 }, () => settle(one.sendA2AMessage(PEER_ID, "task", { budgetMs: 90 }))),
    ...Array.from({ length: 5 }, () => settle(two.sendA2AMessage(PEER_ID, "task", { budgetMs: 90 }))),
  ]);
  expect(server.complete - before).toBeLessThanOrEqual(2);
});

it("a client without a gate makes every attempt", async () => {
  const { server } = await proxy();
  await using _ = server;
  const retry = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 1, recoveryGate: false };
  await using client = quickClient(server.url, { retry });
  const sends = await Promise.all(
    Array.from({ length: 10 }, () => settle(client.sendA2AMessage(PEER_ID, "task"))),
  );
  expect(sends.every(({ ok }) => !ok)).toBe(true);
  expect(server.complete).toBe(40);
});
