// Loaded before a test begins: the client loads it with its first request over a fetch, in real time.
import "ofetch";
import type { A2AError, WaitOptions } from "a2a-peers";
import { manualClock } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { failureOf } from "../helpers/failure";
import { settled, until, type World, world } from "./helpers/world";

const ROUTE = "GET /workspaces/:id/delegations";
const ID = "d4100000-0000-4000-8000-000000000001";

const rowFor = ({ me }: World, fields: object) => ({ source_id: me.id, delegation_id: ID, ...fields });
const add = (all: World, fields: object) => all.me.addDelegationRow(rowFor(all, fields));
const looks = ({ requests }: World) => requests("GET", "/delegations").length;

/** When a wait that never finds a result looks, in milliseconds from its start, and how it ends. */
async function timesOfLooks(options: WaitOptions, respond = (_me: World["me"]) => Response.json([])) {
  const clock = manualClock();
  const times: number[] = [];
  const { client, me } = await world({
    clock,
    retry: { maxAttempts: 1 },
    fetch: async (input) => {
      if (String(input).endsWith("/events/stream")) return new Response(null, { status: 404 });
      times.push(clock.now());
      return respond(me);
    },
  });
  let error: A2AError | undefined;
  const pending = failureOf(client.waitForDelegation(ID, options)).then((failure) => {
    error = failure;
  });
  for (await settled(); error === undefined; await settled()) await clock.advance(250);
  await pending;
  return { times, pauses: times.slice(1).map((time, index) => time - (times[index] ?? 0)), error };
}

describe("waiting", () => {
  it("resolves to the result", async () => {
    const { client, peer } = await world();
    const { delegationId } = await client.delegate(peer.id, "sort");
    const found = await client.waitForDelegation(delegationId.toUpperCase(), { pollIntervalMs: 1 });
    expect(found).toMatchObject({ delegationId, status: "completed", responsePreview: "done: sort" });
  });

  it("resolves to a failed delegation too", async () => {
    const { client, peer } = await world();
    peer.setStatus("paused");
    const { delegationId } = await client.delegate(peer.id, "sort");
    const found = await client.waitForDelegation(delegationId, { pollIntervalMs: 1 });
    expect(found).toMatchObject({ delegationId, status: "failed", error: "workspace has no URL" });
  });

  it("continues while the task is queued, and never sends it again", async () => {
    const all = await world();
    add(all, { status: "queued", response_preview: '{"queued": true}' });
    const pending = all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    await until(() => looks(all) >= 3);
    add(all, { status: "completed", response_preview: "ten" });
    expect(await pending).toMatchObject({ status: "completed", responsePreview: "ten" });
    expect(all.requests("POST", "")).toEqual([]);
  });

  it("continues while the delegation is not listed", async () => {
    const all = await world();
    const pending = all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    await until(() => looks(all) >= 2);
    add(all, { status: "failed", error: "gone" });
    expect(await pending).toMatchObject({ status: "failed" });
  });

  it("ignores rows of another workspace", async () => {
    const all = await world();
    add(all, { status: "completed", response_preview: "forged", source_id: all.peer.id });
    const pending = all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    await until(() => looks(all) >= 2);
    add(all, { status: "completed", response_preview: "ten" });
    expect(await pending).toMatchObject({ responsePreview: "ten" });
  });

  it("polls once more for the result of a completed delegation without one", async () => {
    const all: World = await world({
      fetch: async (...args) => {
        const answer = await fetch(...args);
        add(all, { status: "completed", response_preview: "ten" });
        return answer;
      },
    });
    add(all, { status: "completed" });
    const found = await all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    expect(found).toMatchObject({ responsePreview: "ten" });
    expect(looks(all)).toBe(2);
  });

  it("polls only once more: a result may be empty", async () => {
    const all = await world();
    add(all, { status: "completed" });
    const found = await all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    expect(found).toMatchObject({ status: "completed", responsePreview: "" });
    expect(looks(all)).toBe(2);
  });
});

describe("the polls of a wait", () => {
  it("have growing delays, up to ten times the first", async () => {
    const { times, pauses, error } = await timesOfLooks({ pollIntervalMs: 1000, timeoutMs: 120_000 });
    expect(times[0]).toBe(0);
    expect(pauses.slice(0, 3)).toEqual([1000, 1500, 2250]);
    expect(Math.max(...pauses)).toBe(10_000);
    expect(pauses.slice(0, -1)).toEqual(pauses.slice(0, -1).toSorted((a, b) => a - b));
    expect(error).toMatchObject({ code: "timeout" });
  });

  it.each([
    [10_000, 3000, 9000],
    [5000, 60_000, 4500],
    [100_000, 40_000, 99_000],
  ])(
    "of %i ms end with one shortly before its end, and not before it",
    async (timeoutMs, pollIntervalMs, last) => {
      const { times, error } = await timesOfLooks({ timeoutMs, pollIntervalMs });
      expect(times.at(-1)).toBe(last);
      expect(error).toMatchObject({ code: "timeout", elapsedMs: timeoutMs });
    },
  );

  it("start three seconds apart and continue for ten minutes by default", async () => {
    const { pauses, error } = await timesOfLooks({});
    expect(pauses[0]).toBe(3000);
    expect(Math.max(...pauses)).toBe(30_000);
    expect(pauses.length).toBeLessThan(30);
    expect(error?.elapsedMs).toBe(600_000);
  });
});

describe("a wait that ends without a result", () => {
  it("says so when the platform never listed the delegation", async () => {
    const { error } = await timesOfLooks({ timeoutMs: 5000 });
    expect(error?.message).toContain("The platform never listed it");
  });

  it("says that the task is still running", async () => {
    const { error } = await timesOfLooks({ timeoutMs: 5000 }, (me) =>
      Response.json([{ source_id: me.id, delegation_id: ID, status: "dispatched" }]),
    );
    expect(error).toMatchObject({ code: "timeout", delivery: "confirmed", retryable: true });
    expect(error?.message).toContain(ID);
    expect(error?.message).toMatch(
      /It goes on: wait for it again later, and do not hand the task out anew\./,
    );
  });

  it("includes the failure of the last poll", async () => {
    const { error } = await timesOfLooks({ timeoutMs: 5000 }, () => new Response(null, { status: 503 }));
    expect(error?.message).toContain("The last look at it failed");
    expect(error).toMatchObject({ code: "timeout", cause: { code: "platform_error", status: 503 } });
  });

  it("rejects with the reason of the caller's abort, between polls and during one", async () => {
    for (const stalled of [false, true]) {
      const all = await world();
      if (stalled) all.platform.fail(ROUTE, { kind: "stall" });
      const controller = new AbortController();
      const { signal } = controller;
      const rejected = expect(all.client.waitForDelegation(ID, { signal })).rejects.toBe("enough");
      await until(() => looks(all) === 1);
      await settled();
      controller.abort("enough");
      await rejected;
      expect(looks(all)).toBe(1);
    }
  });

  it("rejects with `closed` when the client closes", async () => {
    const all = await world();
    const pending = failureOf(all.client.waitForDelegation(ID));
    await until(() => looks(all) === 1);
    await all.client.close();
    expect(await pending).toMatchObject({ code: "closed" });
  });
});

describe("a poll that fails", () => {
  it.each<[string, Parameters<World["platform"]["fail"]>[1]]>([
    ["a reset", { kind: "reset" }],
    ["a page in the platform's place", { kind: "html" }],
    ["a 500", { status: 500, body: { error: "query failed" } }],
    ["a 503", { status: 503 }],
    ["a rate limit", { status: 429, body: { retry_after: 0 } }],
  ])("does not end the wait: %s", async (_, fault) => {
    const all = await world({ retry: { maxAttempts: 1 } });
    add(all, { status: "completed", response_preview: "ten" });
    all.platform.fail(ROUTE, fault, { times: 3 });
    const found = await all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    expect(found).toMatchObject({ responsePreview: "ten" });
    expect(looks(all)).toBe(4);
  });

  it("because it stalls ends with its own timeout, and the next one succeeds", async () => {
    const all = await world({ timeouts: { requestMs: 30 } });
    add(all, { status: "failed", error: "gone" });
    all.platform.fail(ROUTE, { kind: "stall" }, { times: 1 });
    const found = await all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    expect(found).toMatchObject({ status: "failed" });
  });

  it.each([
    [403, undefined, "wrong_tenant"],
    [403, { error: "no" }, "access_denied"],
    [400, { error: "no" }, "bad_request"],
  ])("for good ends the wait: %i %j", async (status, body, code) => {
    const all = await world();
    all.platform.fail(ROUTE, { status, body });
    expect(await failureOf(all.client.waitForDelegation(ID))).toMatchObject({ code, status });
    expect(looks(all)).toBe(1);
  });
});

describe("a poll that is refused", () => {
  const refusal = { status: 401, body: { error: "invalid workspace auth token" } };

  it("does not end the wait twice in a row: the platform may have lost its database a moment ago", async () => {
    const all = await world();
    add(all, { status: "completed", response_preview: "ten" });
    for (let round = 0; round < 2; round += 1) {
      all.platform.fail(ROUTE, refusal, { times: 2 });
      const found = await all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
      expect(found).toMatchObject({ responsePreview: "ten" });
    }
  });

  it("three times in a row ends it", async () => {
    const all = await world();
    all.platform.fail(ROUTE, refusal);
    const error = await failureOf(all.client.waitForDelegation(ID, { pollIntervalMs: 1 }));
    expect(error).toMatchObject({ code: "unauthorized", status: 401 });
    expect(looks(all)).toBe(3);
  });

  it("within an outage of the platform's database does not end it, however often", async () => {
    const all = await world({ retry: { maxAttempts: 1 } });
    add(all, { status: "completed", response_preview: "ten" });
    all.platform.fail(ROUTE, refusal, { times: 6 });
    all.platform.fail("GET /workspaces/:id", { status: 500, body: { error: "query failed" } }, { times: 6 });
    const found = await all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    expect(found).toMatchObject({ responsePreview: "ten" });
  });
});

it("a wait for a delegation that came with a warning ends at once, and says why", async () => {
  const { client, me, peer, requests } = await world();
  me.setDelegationTracking(false);
  const { delegationId } = await client.delegate(peer.id, "sort");
  const error = await failureOf(client.waitForDelegation(delegationId));
  expect(error).toMatchObject({ code: "reply_lost", delivery: "confirmed", retryable: false });
  expect(error.message).toContain("status tracking unavailable");
  expect(error.message).toContain(delegationId);
  expect(requests("GET", "/delegations")).toHaveLength(1);
});

it("a wait for a delegation that came with a warning finds its result when it is listed all the same", async () => {
  const { client, me, peer } = await world();
  me.setDelegationTracking(false);
  const { delegationId } = await client.delegate(peer.id, "sort");
  me.addDelegationRow({
    source_id: me.id,
    delegation_id: delegationId,
    status: "completed",
    response_preview: "ten",
  });
  expect(await client.waitForDelegation(delegationId)).toMatchObject({ resultText: "ten" });
});

it.each<[unknown, object | undefined]>([
  ["d-1", undefined],
  [undefined, undefined],
  [ID, { pollIntervalMs: 0 }],
  [ID, { timeoutMs: -1 }],
  [ID, { timeoutMs: 2 ** 31 }],
  [ID, { signal: "x" }],
  [ID, { source: "x" }],
])("a wait for %j with %j is refused without a request", async (id, options) => {
  const { client, platform } = await world();
  const error = await failureOf(client.waitForDelegation(id as string, options as object));
  expect(error).toMatchObject({ code: "invalid_argument", delivery: "not-sent" });
  expect(platform.requests).toEqual([]);
});
