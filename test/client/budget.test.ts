import type { A2AEvent, SendOptions } from "a2a-peers";
import { expect, it } from "vitest";
import { failureOf } from "../helpers/failure";
import { PEER_ID, QUICK_RETRY, quickClient } from "../helpers/sockets-client";
import { answerBytes, rawServer, type Script } from "../helpers/sockets-server";

const SILENT: Script = {};
const RESETTING: Script = { onRequest: (socket) => socket.resetAndDestroy() };
const refusing = (retryAfter: string): Script => ({
  onRequest: (socket) =>
    socket.write(
      answerBytes('{"error":"slow down"}', [`retry-after: ${retryAfter}`], "429 Too Many Requests"),
    ),
});

/** Sends into a server that never answers well, and tells the error and the attempts. */
async function sendTo(script: Script, options: SendOptions, retry: object = QUICK_RETRY) {
  await using server = await rawServer(script);
  const events: A2AEvent[] = [];
  await using client = quickClient(server.url, { retry, onEvent: (event) => events.push(event) });
  const startedAt = performance.now();
  const error = await failureOf(client.sendA2AMessage(PEER_ID, "hello", options));
  return { error, events, elapsedMs: performance.now() - startedAt, complete: server.complete };
}

it("one budget covers every attempt and every delay", async () => {
  const retry = { maxAttempts: 1000, baseDelayMs: 10, maxDelayMs: 20, jitter: 0 };
  const { error, elapsedMs, complete } = await sendTo(RESETTING, { budgetMs: 1000 }, retry);

  // The last attempt may have too little time left to receive the reset, and a timeout is not retried.
  expect(["network", "timeout"]).toContain(error.code);
  expect(error.delivery).toBe("maybe");
  if (error.code === "network") expect(error.retryable).toBe(true);
  expect(complete).toBeGreaterThan(1);
  expect([complete, complete + 1]).toContain(error.attempts);
  // A delay that does not fit into the budget is not waited for, so the call ends a little before the budget.
  expect(elapsedMs).toBeLessThan(10_000);
});

it("an attempt is limited to what is left of the budget", async () => {
  const { error, complete } = await sendTo(SILENT, { budgetMs: 80, timeoutMs: 60_000 });

  expect(error).toMatchObject({ code: "timeout", delivery: "maybe", attempts: 1, retryable: false });
  expect(error.elapsedMs).toBeGreaterThanOrEqual(75);
  expect(complete).toBe(1);
});

it("attempts that time out share the budget, and the last gets the rest of it", async () => {
  const retry = { maxAttempts: 10, baseDelayMs: 1, maxDelayMs: 1, jitter: 0, timeouts: true };
  const { error, events, complete } = await sendTo(SILENT, { budgetMs: 150, timeoutMs: 60 }, retry);

  expect(error).toMatchObject({ code: "timeout", attempts: complete });
  expect(complete).toBeGreaterThan(1);
  const took = events.flatMap((event) => (event.type === "send.attempt_failed" ? [event.elapsedMs] : []));
  expect(took[0]).toBeGreaterThanOrEqual(59);
  expect(error.elapsedMs).toBeGreaterThanOrEqual(took.reduce((sum, ms) => sum + ms, 0) - took.length);
});

it("a Retry-After that exceeds the budget fails at once and is part of the error", async () => {
  const { error, elapsedMs, complete } = await sendTo(refusing("3600"), { budgetMs: 60_000 });

  expect(error).toMatchObject({
    code: "rate_limited",
    retryAfterMs: 3_600_000,
    attempts: 1,
    retryable: true,
  });
  expect(error.message).toContain("Try again in 60 min");
  expect(complete).toBe(1);
  expect(elapsedMs).toBeLessThan(5000);
});

it.each(["99999999999", "4294967", "2147484"])(
  "a Retry-After of %s seconds does not become a hot loop",
  async (seconds) => {
    const { complete, error } = await sendTo(refusing(seconds), { budgetMs: 60_000 });
    expect([complete, error.attempts]).toEqual([1, 1]);
  },
);

it("a Retry-After within the budget is waited for, whatever the back-off", async () => {
  const { error, events, complete } = await sendTo(refusing("0.05"), { budgetMs: 60_000 });

  expect(complete).toBe(QUICK_RETRY.maxAttempts);
  const delays = events.flatMap((event) => (event.type === "send.retry" ? [event.delayMs] : []));
  expect(delays).toHaveLength(QUICK_RETRY.maxAttempts - 1);
  for (const delay of delays) expect(delay).toBeGreaterThanOrEqual(50);
  expect(error.elapsedMs).toBeGreaterThanOrEqual(100);
});

it.each(["-1", "soon", ""])("a Retry-After of %j is ignored", async (value) => {
  const { error, complete } = await sendTo(refusing(value), {});
  expect(error.retryAfterMs).toBeUndefined();
  expect(complete).toBe(QUICK_RETRY.maxAttempts);
});

it("every attempt carries the same message and the same ids", async () => {
  await using server = await rawServer(RESETTING);
  await using client = quickClient(server.url, { retry: { ...QUICK_RETRY, maxAttempts: 5 } });

  const error = await failureOf(client.sendA2AMessage(PEER_ID, "hello"));

  expect(server.bodies).toHaveLength(5);
  expect(new Set(server.bodies).size).toBe(1);
  expect(server.bodies[0]).toContain(`"messageId":"${error.messageId}"`);
});

it("a token source that never answers ends with the budget", async () => {
  await using server = await rawServer(SILENT);
  await using client = quickClient(server.url, { token: () => new Promise(() => undefined) });

  const error = await failureOf(client.sendA2AMessage(PEER_ID, "hello", { budgetMs: 50 }));

  expect(error).toMatchObject({ code: "timeout", delivery: "not-sent", attempts: 0 });
  expect(server.connections).toBe(0);
});

it("a call without a task has one limit for all its attempts", async () => {
  await using server = await rawServer(SILENT);
  await using client = quickClient(server.url);

  const error = await failureOf(client.discoverPeer(PEER_ID, { timeoutMs: 250 }));

  expect(error).toMatchObject({ code: "timeout", delivery: "not-sent", attempts: 1 });
  expect(server.complete).toBe(1);
});
