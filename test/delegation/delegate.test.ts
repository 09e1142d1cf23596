// Loaded before a test begins: the client loads it with its first request over a fetch, in real time.
import "ofetch";
import { type FaultKind, manualClock } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { failureOf, thrownBy } from "../helpers/failure";
import { keysOf, settled, until, type World, world } from "./helpers/world";

const ROUTE = "POST /workspaces/:id/delegate";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Waits until the platform has run what it took. */
const tasksOf = async (all: World) => {
  await settled();
  return all.peer.received.map(({ text }) => text);
};

describe("a receipt", () => {
  it("has the ids of the delegation and its target, and the idempotency key", async () => {
    const { client, peer, requests } = await world();
    const receipt = await client.delegate(` ${peer.id.toUpperCase()} `, "sort");
    expect(receipt).toEqual({
      delegationId: expect.stringMatching(UUID),
      targetId: peer.id,
      status: "delegated",
      idempotencyKey: expect.stringMatching(UUID),
      idempotentHit: false,
    });
    expect(requests("POST", "/delegate")[0]?.body).toEqual({
      target_id: peer.id,
      task: "sort",
      idempotency_key: receipt.idempotencyKey,
    });
  });

  it("of a key that was used before is that of the first delegation, with its present status", async () => {
    const all = await world();
    const { client, peer } = all;
    const first = await client.delegate(peer.id, "sort", { idempotencyKey: "daily-2026-11-22" });
    await client.waitForDelegation(first.delegationId, { pollIntervalMs: 1 });
    const again = await client.delegate(peer.id, "sort", { idempotencyKey: "daily-2026-11-22" });
    expect(again).toEqual({ ...first, status: "completed", idempotentHit: true });
    expect(await tasksOf(all)).toEqual(["sort"]);
  });

  it("has a warning when the platform cannot report on the task later", async () => {
    const { client, me, peer } = await world();
    me.setDelegationTracking(false);
    const { warning } = await client.delegate(peer.id, "sort");
    expect(warning).toBe("delegation dispatched but status tracking unavailable");
  });

  it.each([
    ["only an id", { delegation_id: "d-1" }],
    ["fields of other sorts", { delegation_id: "d-1", target_id: 1, status: null, warning: 7 }],
  ])("with %s is filled in", async (_, body) => {
    const { client, platform, peer } = await world();
    platform.fail(ROUTE, { status: 202, body });
    const receipt = await client.delegate(peer.id, "sort", { idempotencyKey: "k" });
    expect(receipt).toEqual({
      delegationId: "d-1",
      targetId: peer.id,
      status: "delegated",
      idempotencyKey: "k",
      idempotentHit: false,
    });
  });
});

describe("one call", () => {
  it.each<FaultKind>(["reset", "close", "cut-head", "cut", "cut-reset", "garbage", "reset-upload"])(
    "that meets %s twice hands the task out once, under one key",
    async (kind) => {
      const all = await world();
      all.platform.fail(ROUTE, { kind }, { times: 2 });
      const { idempotencyKey } = await all.client.delegate(all.peer.id, "sort");
      const keys = keysOf(all);
      expect(keys.length).toBeGreaterThanOrEqual(1);
      expect(new Set(keys)).toEqual(new Set([idempotencyKey]));
      expect(await tasksOf(all)).toEqual(["sort"]);
    },
  );

  it.each([429, 502, 503])("that gets %i twice makes three requests with one key", async (status) => {
    const all = await world();
    all.platform.fail(ROUTE, { status, body: { error: "later" } }, { times: 2 });
    const { idempotencyKey } = await all.client.delegate(all.peer.id, "sort", { idempotencyKey: "mine" });
    expect(idempotencyKey).toBe("mine");
    expect(keysOf(all)).toEqual(["mine", "mine", "mine"]);
    expect(await tasksOf(all)).toEqual(["sort"]);
  });

  it("whose receipts are lost gets the receipt of its delegation in the end", async () => {
    let left = 3;
    const losing: typeof fetch = async (...args) => {
      const answer = await fetch(...args);
      left -= 1;
      if (left < 0) return answer;
      throw new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNRESET" }) });
    };
    const all = await world({ fetch: losing });
    const receipt = await all.client.delegate(all.peer.id, "sort");
    expect(receipt).toMatchObject({ idempotentHit: true });
    expect(keysOf(all)).toEqual(Array(4).fill(receipt.idempotencyKey));
    expect(await tasksOf(all)).toEqual(["sort"]);
  });

  it("that times out has its key in the error", async () => {
    const clock = manualClock();
    const all = await world({ clock });
    all.platform.fail(ROUTE, { kind: "stall" }, { times: 1 });
    const pending = failureOf(all.client.delegate(all.peer.id, "sort"));
    await until(() => keysOf(all).length === 1);
    await clock.advance(600_000);
    const error = await pending;
    expect(error).toMatchObject({ code: "timeout", delivery: "maybe", retryable: false });
    const key = error.messageId ?? "";
    await all.client.delegate(all.peer.id, "sort", { idempotencyKey: key });
    expect(keysOf(all)).toEqual([key, key]);
    expect(await tasksOf(all)).toEqual(["sort"]);
  });

  it("has a key of its own", async () => {
    const all = await world();
    await all.client.delegate(all.peer.id, "sort");
    await all.client.delegate(all.peer.id, "sort");
    expect(new Set(keysOf(all)).size).toBe(2);
    expect(await tasksOf(all)).toEqual(["sort", "sort"]);
  });

  it("refreshes the token once and keeps its key", async () => {
    const tokens = ["old"];
    const all: World = await world({ token: () => tokens.shift() ?? all.me.token ?? "" });
    await all.client.delegate(all.peer.id, "sort");
    expect(new Set(keysOf(all)).size).toBe(1);
    expect(keysOf(all)).toHaveLength(2);
    expect(await tasksOf(all)).toEqual(["sort"]);
  });
});

describe("a refusal", () => {
  const platformSays = (error: string, rest: object = {}) => ({ error, ...rest });
  it.each([
    [400, platformSays("invalid delegation request"), "bad_request", "not-sent", false, 1],
    [401, platformSays("invalid workspace auth token"), "unauthorized", "not-sent", false, 1],
    [403, platformSays("tool call failed"), "access_denied", "not-sent", false, 1],
    [403, undefined, "wrong_tenant", "not-sent", false, 1],
    [404, undefined, "wrong_tenant", "not-sent", false, 1],
    [404, platformSays("no such workspace"), "bad_request", "not-sent", false, 1],
    [302, undefined, "bad_response", "not-sent", false, 1],
    [429, platformSays("rate limit exceeded"), "rate_limited", "not-sent", true, 5],
    [500, undefined, "platform_error", "maybe", false, 1],
    [502, undefined, "platform_error", "maybe", true, 5],
    [503, platformSays("x", { code: "platform_unavailable" }), "platform_error", "not-sent", true, 5],
    [503, "<html>", "platform_error", "maybe", true, 5],
    [504, "<html>", "platform_error", "maybe", false, 1],
    [202, "[]", "bad_response", "maybe", false, 1],
    [202, { status: "delegated" }, "bad_response", "confirmed", false, 1],
    [200, "<html>", "bad_response", "maybe", false, 1],
  ])("with %i %j is %s, %s", async (status, body, code, delivery, retryable, attempts) => {
    const { client, platform, peer } = await world();
    platform.fail(ROUTE, { status, body });
    const error = await failureOf(client.delegate(peer.id, "sort", { idempotencyKey: "k" }));
    expect(error).toMatchObject({ code, status, delivery, retryable, attempts, messageId: "k" });
    expect(error.peerId).toBe(peer.id);
  });

  it("of the platform is reported", async () => {
    const { client, me, peer } = await world();
    me.rotateToken();
    expect(await failureOf(client.delegate(peer.id, "sort"))).toMatchObject({ code: "unauthorized" });
    expect(peer.received).toEqual([]);
  });
});

describe("without a request", () => {
  it.each<[string, unknown, unknown, object | undefined, string]>([
    ["an id that is none", "peer", "sort", undefined, "invalid_argument"],
    ["no task", "PEER", undefined, undefined, "invalid_argument"],
    ["a blank task", "PEER", " \n", undefined, "invalid_argument"],
    ["oneself", "ME", "sort", undefined, "invalid_argument"],
    ["an empty key", "PEER", "sort", { idempotencyKey: "" }, "invalid_argument"],
    ["a key with a space", "PEER", "sort", { idempotencyKey: "a b" }, "invalid_argument"],
    ["a key of 201 characters", "PEER", "sort", { idempotencyKey: "k".repeat(201) }, "invalid_argument"],
    ["a key that is no text", "PEER", "sort", { idempotencyKey: 7 }, "invalid_argument"],
    ["an unknown source", "PEER", "sort", { source: "x" }, "invalid_argument"],
    ["a limit that is none", "PEER", "sort", { timeoutMs: 0 }, "invalid_argument"],
    ["too large a task", "PEER", "ö".repeat(2 ** 19), undefined, "too_large"],
  ])("refuses %s", async (_, who, task, options, code) => {
    const { client, platform, me, peer } = await world();
    const id = who === "PEER" ? peer.id : who === "ME" ? me.id : (who as string);
    const error = await failureOf(client.delegate(id, task as string, options));
    expect(error).toMatchObject({ code, delivery: "not-sent", attempts: 0 });
    expect(platform.requests).toEqual([]);
  });

  it("counts the bytes of the JSON, quotes and umlauts included", async () => {
    const { client, peer } = await world({ limits: { requestBytes: 200 } });
    await expect(client.delegate(peer.id, "x".repeat(30))).resolves.toBeDefined();
    expect(await failureOf(client.delegate(peer.id, '"'.repeat(60)))).toMatchObject({ code: "too_large" });
  });
});

describe("a call that is aborted", () => {
  it("before it starts sends nothing", async () => {
    const { client, platform, peer } = await world();
    const signal = AbortSignal.abort("no more");
    await expect(client.delegate(peer.id, "sort", { signal })).rejects.toBe("no more");
    expect(platform.requests).toEqual([]);
  });

  it("while it is pending rejects with the caller's reason", async () => {
    const { client, platform, peer } = await world();
    platform.fail(ROUTE, { kind: "stall" });
    const controller = new AbortController();
    const pending = client.delegate(peer.id, "sort", { signal: controller.signal });
    const rejected = expect(pending).rejects.toBe("no more");
    await until(() => platform.requests.length === 1);
    controller.abort("no more");
    await rejected;
  });

  it("by closing the client rejects with `closed` and delivery `maybe`", async () => {
    const { client, platform, peer } = await world();
    platform.fail(ROUTE, { kind: "stall" });
    const pending = failureOf(client.delegate(peer.id, "sort", { idempotencyKey: "k" }));
    await until(() => platform.requests.length === 1);
    await client.close();
    expect(await pending).toMatchObject({ code: "closed", delivery: "maybe", messageId: "k" });
  });

  it.each(["delegate", "listDelegations", "waitForDelegation", "notifyUser"] as const)(
    "%s after the end of the client is `closed`",
    async (method) => {
      const { client, peer } = await world();
      await client.close();
      const calls = {
        delegate: () => client.delegate(peer.id, "sort"),
        listDelegations: () => client.listDelegations(),
        waitForDelegation: () => client.waitForDelegation(peer.id),
        notifyUser: () => client.notifyUser("hi"),
      };
      expect(await thrownBy(calls[method])).toMatchObject({ code: "closed", delivery: "not-sent" });
    },
  );
});
