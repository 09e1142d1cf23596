import { setTimeout } from "node:timers/promises";
import { createA2AClient } from "a2a-peers";
import { manualClock } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClientOn } from "../../src/client/client";
import { failureOf } from "../helpers/failure";
import { answerBytes, type RawServer, rawServer, type Script } from "../helpers/sockets-server";
import { settled, until, world } from "./helpers/world";

const ME = "7b0e0000-0000-4000-8000-000000000001";
const PEER = "2f6a0000-0000-4000-8000-000000000002";
const RECEIPT = answerBytes(JSON.stringify({ delegation_id: "d-1", status: "delegated" }));

async function server(script: Script): Promise<RawServer> {
  const listening = await rawServer(script);
  onTestFinished(() => listening.close());
  return listening;
}

function optionsFor(platform: RawServer, options: object = {}) {
  const retry = { baseDelayMs: 1, maxDelayMs: 1 };
  return { platformUrl: platform.url, workspaceId: ME, token: "secret-token", retry, ...options };
}

describe.each([
  ["node:http", {}],
  ["fetch", { fetch }],
])("a delegation whose caller is gone, over %s", (_, transport) => {
  it("keeps its connection when the caller aborts, until the platform has answered", async () => {
    const answers: (() => void)[] = [];
    const platform = await server({
      onRequest: (socket) => answers.push(() => socket.write(RECEIPT)),
    });
    const client = createA2AClient(optionsFor(platform, transport));
    onTestFinished(() => client.close());
    const controller = new AbortController();
    const rejected = expect(client.delegate(PEER, "sort", { signal: controller.signal })).rejects.toBe(
      "enough",
    );
    await until(() => platform.complete === 1);
    controller.abort("enough");
    await rejected;
    // A request behind it shows that the end of the connection would have been seen by now.
    const later = client.delegate(PEER, "sort again");
    await until(() => platform.complete === 2);
    expect(platform.open).toBe(2);
    for (const answer of answers) answer();
    await expect(later).resolves.toMatchObject({ delegationId: "d-1" });
    expect(platform.complete).toBe(2);
  });

  it("keeps its connection when its time is over", async () => {
    const platform = await server({});
    const client = createA2AClient(optionsFor(platform, transport));
    onTestFinished(() => client.close());
    const error = await failureOf(client.delegate(PEER, "sort", { timeoutMs: 100, idempotencyKey: "k" }));
    expect(error).toMatchObject({ code: "timeout", delivery: "maybe", messageId: "k", attempts: 1 });
    expect(await failureOf(client.delegate(PEER, "sort", { timeoutMs: 100 }))).toMatchObject({
      code: "timeout",
    });
    expect(platform.open).toBe(2);
  });
});

it("loses the connection of a delegation another 60 s after its time", async () => {
  const clock = manualClock();
  const platform = await server({});
  const client = createClientOn(clock, optionsFor(platform));
  onTestFinished(() => client.close());
  const failed = failureOf(client.delegate(PEER, "sort", { timeoutMs: 100 }));
  await until(() => platform.complete === 1);
  await clock.advance(100);
  await failed;
  await clock.advance(59_000);
  expect(platform.open).toBe(1);
  await clock.advance(1000);
  await until(() => platform.open === 0);
});

it("ends the connection of a delegation when the client is closed", async () => {
  const platform = await server({});
  const client = createA2AClient(optionsFor(platform));
  const failed = failureOf(client.delegate(PEER, "sort"));
  await until(() => platform.complete === 1);
  await client.close();
  expect(await failed).toMatchObject({ code: "closed", delivery: "maybe" });
  await until(() => platform.open === 0);
});

it("cuts off other calls when their time is over", async () => {
  const platform = await server({});
  const client = createA2AClient(optionsFor(platform));
  onTestFinished(() => client.close());
  await failureOf(client.listDelegations({ timeoutMs: 100 }));
  await until(() => platform.open === 0);
});

describe("a delegation that the platform may have", () => {
  const reset: Script = { onRequest: (socket) => socket.resetAndDestroy() };
  const badGateway: Script = { onRequest: (socket) => socket.write(answerBytes("", [], "502 Bad Gateway")) };

  it.each([
    ["after a reset", reset],
    ["after a 502", badGateway],
  ])("is repeated %s under at-least-once, and not under at-most-once", async (_, script) => {
    for (const [delivery, expected] of [
      ["at-least-once", 5],
      ["at-most-once", 1],
    ] as const) {
      const platform = await server(script);
      const client = createA2AClient(optionsFor(platform, { delivery }));
      onTestFinished(() => client.close());
      const error = await failureOf(client.delegate(PEER, "sort", { idempotencyKey: "k" }));
      expect(error).toMatchObject({ delivery: "maybe", messageId: "k", attempts: expected });
      expect(platform.complete).toBe(expected);
    }
  });

  it("is repeated in neither mode when the platform has it and has not answered in time", async () => {
    for (const delivery of ["at-least-once", "at-most-once"] as const) {
      const platform = await server({});
      const client = createA2AClient(optionsFor(platform, { delivery }));
      onTestFinished(() => client.close());
      await failureOf(client.delegate(PEER, "sort", { timeoutMs: 100 }));
      expect(platform.complete).toBe(1);
    }
  });
});

it("waits as long as a send for an answer of the platform", async () => {
  const clock = manualClock();
  const silent = await server({});
  const other = createClientOn(clock, optionsFor(silent));
  onTestFinished(() => other.close());
  let ended = false;
  const failed = failureOf(other.delegate(PEER, "sort")).finally(() => {
    ended = true;
  });
  await until(() => silent.complete === 1);
  await clock.advance(599_000);
  expect(ended).toBe(false);
  await clock.advance(1000);
  expect(await failed).toMatchObject({ code: "timeout" });
});

it("runs once on the platform when its caller aborts it at any moment and repeats it under its key", async () => {
  const { client, peer } = await world({ version: "2026-04" });
  const keys: string[] = [];
  for (const afterMs of [0, 1, 2, 3, 5, 10, 20]) {
    for (let round = 0; round < 5; round += 1) {
      const idempotencyKey = `${afterMs}-${round}`;
      keys.push(idempotencyKey);
      const controller = new AbortController();
      const first = client.delegate(peer.id, idempotencyKey, { idempotencyKey, signal: controller.signal });
      const ended = first.catch(() => undefined);
      await setTimeout(afterMs);
      controller.abort();
      await ended;
      await client.delegate(peer.id, idempotencyKey, { idempotencyKey });
    }
  }
  await expect.poll(() => new Set(peer.received.map(({ text }) => text)).size).toBe(keys.length);
  await settled();
  expect(peer.received.map(({ text }) => text).sort()).toEqual(keys.sort());
});
