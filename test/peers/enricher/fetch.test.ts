import { setImmediate } from "node:timers/promises";
import { settle } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { failureOf } from "../../helpers/failure";
import { rejectionOf, until } from "../../helpers/sockets-client";
import { errorOf, fakes, LIMITS } from "./fakes";
import { DISCOVER, discovery, ENRICH_MS, idOf, LIST, quiet, TTL_MS, world, worldOfTwo } from "./world";

describe("fetch", () => {
  it("waits for the record, which `get` knows from then on", async () => {
    const { enricher, asked, peer } = await world();
    const lead = peer({ name: "Lead" });
    const record = await enricher.fetch(` ${lead.id.toUpperCase()} `);
    expect(record).toMatchObject({ id: lead.id, name: "Lead" });
    expect(enricher.get(lead.id)).toBe(record);
    expect(await enricher.fetch(lead.id)).toBe(record);
    expect(asked()).toEqual([discovery(lead)]);
  });

  it("waits for a better record than a stale one", async () => {
    const { enricher, platform, clock, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    await learn(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Chief" } });
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Chief" });
  });

  it.each([{ status: 500 }, { status: 401, body: { error: "no" } }, { kind: "reset" }] as const)(
    "answers the stale record when there is none better because of %o",
    async (fault) => {
      const { enricher, platform, clock, peer, learn } = await world();
      const lead = peer({ name: "Lead" });
      await learn(lead);
      await clock.advance(TTL_MS);
      platform.fail(DISCOVER, fault);
      expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Lead" });
    },
  );

  it("answers null for a peer that is known to be missing, without a request", async () => {
    const { enricher, asked } = await world();
    expect(await enricher.fetch(idOf(1))).toBeNull();
    expect(await enricher.fetch(idOf(1))).toBeNull();
    expect(asked()).toHaveLength(1);
  });

  it.each([undefined, null, "", "peer", 7, {}, "../x"])("answers null for the id %o", async (id) => {
    const { enricher, asked } = await world();
    expect(await enricher.fetch(id as string)).toBeNull();
    await quiet();
    expect(asked()).toEqual([]);
  });

  it("frees a caller who gives up, with the caller's own reason, and nobody else", async () => {
    const { enricher, platform, asked, peer } = await world();
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 40 });
    const controller = new AbortController();
    const reason = { why: "the user left" };
    const left = rejectionOf(enricher.fetch(lead.id, { signal: controller.signal }));
    const stayed = enricher.fetch(lead.id);
    await until(() => asked().length === 1, "the question is there");
    controller.abort(reason);
    expect(await left).toBe(reason);
    expect(enricher.stats().inFlight).toBe(1);
    expect(await stayed).toMatchObject({ name: "Lead" });
    expect(asked()).toEqual([discovery(lead)]);
  });

  it("goes on with the question when all who waited have left", async () => {
    const { enricher, platform, asked, peer } = await world();
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 20 });
    const controller = new AbortController();
    const left = rejectionOf(enricher.fetch(lead.id, { signal: controller.signal }));
    await until(() => asked().length === 1, "the question is there");
    controller.abort();
    expect(await left).toMatchObject({ name: "AbortError" });
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("asks nothing for a signal that is aborted already", async () => {
    const { enricher, asked } = await world();
    const reason = new Error("too late");
    const signal = AbortSignal.abort(reason);
    expect(await rejectionOf(enricher.fetch(idOf(1), { signal }))).toBe(reason);
    await quiet();
    expect(asked()).toEqual([]);
  });

  it("ends with `timeout` after its `timeoutMs`, and leaves the question alone", async () => {
    const { enricher, platform, clock, asked } = await world();
    platform.fail(DISCOVER, { kind: "stall" });
    const waiting = failureOf(enricher.fetch(idOf(1), { timeoutMs: 500 }));
    await until(() => asked().length === 1, "the question is there");
    await clock.advance(500);
    const error = await waiting;
    expect(error).toMatchObject({ code: "timeout", retryable: true });
    expect(error.message).toContain(idOf(1));
    expect(enricher.stats().inFlight).toBe(1);
    await clock.advance(ENRICH_MS);
    await enricher.settled();
  });

  it("waits for `requestMs` by default, also for one that waits in the queue", async () => {
    const { enricher, platform, clock, events } = await world({ timeouts: { requestMs: 5000 } });
    platform.fail(DISCOVER, { status: 429, headers: { "retry-after": "60" } });
    const waiting = failureOf(enricher.fetch(idOf(1)));
    await until(() => events.length === 1, "the queue is paused");
    const queued = failureOf(enricher.fetch(idOf(2)));
    await clock.advance(5000);
    expect(await waiting).toMatchObject({ code: "timeout" });
    expect(await queued).toMatchObject({ code: "timeout" });
  });

  it.each([
    { what: "a foreign source", options: { source: idOf(9) } },
    { what: "a source that is no id", options: { source: "me" } },
    { what: "a limit below 0", options: { timeoutMs: -1 } },
    { what: "a signal that is none", options: { signal: {} as AbortSignal } },
    { what: "options that are none", options: 7 as unknown as object },
  ])("rejects $what with `invalid_argument`", async ({ options }) => {
    const { enricher, asked } = await world();
    expect(await failureOf(enricher.fetch(idOf(1), options))).toMatchObject({ code: "invalid_argument" });
    await quiet();
    expect(asked()).toEqual([]);
  });

  it("asks as the workspace it is told", async () => {
    const { enricher, platform, second, peerOfSecond } = await worldOfTwo();
    const { id } = peerOfSecond({ name: "Hidden" });
    expect(await enricher.fetch(id)).toBeNull();
    expect(await enricher.fetch(id, { source: second.id })).toMatchObject({ name: "Hidden" });
    expect(platform.requests[1]?.headers["x-workspace-id"]).toBe(second.id);
  });

  it("answers what is known when too many questions wait", async () => {
    const { enricher, platform, clock, peer, learn, asked } = await world({ enricher: { maxQueued: 1 } });
    const lead = peer({ name: "Lead" });
    await learn(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { kind: "stall" });
    platform.fail(LIST, { kind: "stall" });
    for (const index of [1, 2, 3]) {
      enricher.get(idOf(index));
      await quiet();
    }
    expect(enricher.stats()).toMatchObject({ queued: 1, inFlight: 2 });
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Lead" });
    expect(await enricher.fetch(idOf(4))).toBeNull();
    expect(enricher.stats()).toMatchObject({ dropped: 2 });
    expect(asked()).toHaveLength(3);
  });

  it("is `closed` after close()", async () => {
    const { enricher, client, asked, peer, learn } = await world();
    const lead = peer();
    await learn(lead);
    await client.close();
    for (const id of [lead.id, idOf(1)]) {
      expect(await failureOf(enricher.fetch(id))).toMatchObject({ code: "closed" });
    }
    expect(asked()).toHaveLength(1);
  });
});

describe("settled", () => {
  it("resolves at once when nothing is to be done", async () => {
    const { enricher, learn, peer } = await world();
    await enricher.settled();
    await learn(peer());
    await enricher.settled();
  });

  it("waits for the queue, the requests and what they lead to", async () => {
    const { enricher, platform, peers } = await world({ enricher: { workers: 1 } });
    platform.fail(LIST, { status: 403, body: { error: "no list for you" } });
    const all = peers(5);
    for (const { id } of all) enricher.get(id);
    await Promise.all([enricher.settled(), enricher.settled()]);
    expect(enricher.stats()).toMatchObject({ cached: 5, queued: 0, inFlight: 0 });
  });

  it("does not resolve during a pause", async () => {
    const { enricher, platform, clock, events, peer } = await world();
    platform.fail(DISCOVER, { status: 429 }, { times: 1 });
    enricher.get(peer().id);
    let settled = false;
    const waiting = enricher.settled().then(() => {
      settled = true;
    });
    await until(() => events.length === 1, "the queue is paused");
    await quiet();
    expect(settled).toBe(false);
    await clock.advance(1000);
    await waiting;
  });
});

describe("invalidate", () => {
  it("makes the next call ask again", async () => {
    const { enricher, asked, peer, learn } = await world();
    const lead = peer();
    await learn(lead);
    enricher.invalidate(` ${lead.id.toUpperCase()} `);
    expect(enricher.stats().cached).toBe(0);
    expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
    expect(enricher.get(lead.id)).not.toBeNull();
    expect(asked()).toHaveLength(2);
  });

  it("forgets that a peer could not be found", async () => {
    const { enricher, asked, platform, peer, learn } = await world();
    const lead = peer();
    platform.fail(DISCOVER, { status: 404, body: { error: "workspace not found" } }, { times: 1 });
    await learn(lead);
    enricher.invalidate(lead.id);
    await learn(lead);
    expect(enricher.get(lead.id)).not.toBeNull();
    expect(asked()).toHaveLength(2);
  });

  it("does nothing for an unknown peer and for garbage", async () => {
    const { enricher, asked } = await world();
    for (const garbage of [idOf(1), "", undefined, null, {}, 7]) enricher.invalidate(garbage as string);
    await quiet();
    expect(asked()).toEqual([]);
  });

  it.each([404, 500])("during a question that fails with %i leaves no memory of it", async (status) => {
    const { enricher, platform, asked, peer } = await world();
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, { status, body: { error: "no" }, delayMs: 20 }, { times: 1 });
    const waiting = enricher.fetch(lead.id);
    await until(() => asked().length === 1, "the question is there");
    enricher.invalidate(lead.id);
    expect(await waiting).toBeNull();
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("during a question keeps its answer from coming back, but not from those who wait for it", async () => {
    const { enricher, platform, asked, peer } = await world();
    const lead = peer({ name: "New" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Old" }, delayMs: 30 }, { times: 1 });
    const waiting = enricher.fetch(lead.id);
    await until(() => asked().length === 1, "the question is there");
    enricher.invalidate(lead.id);
    expect(await waiting).toMatchObject({ name: "Old" });
    expect(enricher.stats().cached).toBe(0);
    expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "New" });
  });

  it("during a list keeps its answer from coming back, for that peer alone", async () => {
    const { enricher, platform, asked, peer } = await world();
    const [one, two] = [peer({ name: "New" }), peer({ name: "Other" })];
    const rows = [one, two].map(({ id }) => ({ id, name: "Old" }));
    platform.fail(LIST, { status: 200, body: rows, delayMs: 30 }, { times: 1 });
    enricher.get(two.id);
    const waiting = enricher.fetch(one.id);
    await until(() => asked().length === 1, "the list is asked for");
    enricher.invalidate(one.id);
    expect(await waiting).toMatchObject({ name: "New" });
    expect(enricher.get(one.id)).toMatchObject({ name: "New" });
    expect(enricher.get(two.id)).toMatchObject({ name: "Old" });
    expect(asked()).toHaveLength(2);
  });

  it("during a question lets a later call ask anew", async () => {
    const { enricher, platform, asked, peer } = await world();
    const lead = peer({ name: "New" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Old" }, delayMs: 30 }, { times: 1 });
    enricher.get(lead.id);
    await until(() => asked().length === 1, "the question is there");
    enricher.invalidate(lead.id);
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "New" });
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "New" });
  });

  it("during a question that is asked again after a pause lets the later answer count", async () => {
    const { enricher, clock, open } = fakes(LIMITS);
    enricher.get(idOf(1));
    await setImmediate();
    enricher.invalidate(idOf(1));
    open[0]?.refuse(errorOf("rate_limited", 1000));
    await clock.advance(1000);
    open[0]?.answer([{ id: idOf(1), name: "New" }]);
    await enricher.settled();
    expect(enricher.get(idOf(1))).toMatchObject({ name: "New" });
  });
});

describe("stats", () => {
  it("count records, questions, requests, and calls that found something or did not", async () => {
    const { enricher, platform, clock, asked, peer, learn } = await world();
    const none = { cached: 0, queued: 0, inFlight: 0, hits: 0, misses: 0, dropped: 0 };
    expect(enricher.stats()).toEqual(none);
    const lead = peer();
    await learn(lead);
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 1 });
    enricher.get(lead.id);
    await enricher.fetch(lead.id);
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 1, hits: 2 });

    await learn({ id: idOf(1) });
    enricher.get(idOf(1));
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 2, hits: 3 });

    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { kind: "stall" });
    enricher.get(lead.id);
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 2, hits: 4, queued: 1 });
    await until(() => asked().length === 3, "the question is there");
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 2, hits: 4, inFlight: 1 });
    const waiting = enricher.fetch(lead.id);
    expect(enricher.stats()).toMatchObject({ misses: 2, hits: 5 });
    await clock.advance(ENRICH_MS);
    expect(await waiting).toMatchObject({ id: lead.id });
  });

  it("count neither garbage nor calls of a closed client", async () => {
    const { enricher, client } = await world();
    enricher.get("garbage");
    await enricher.fetch("garbage");
    await client.close();
    enricher.get(idOf(1));
    await settle(enricher.fetch(idOf(1)));
    expect(enricher.stats()).toMatchObject({ hits: 0, misses: 0 });
  });
});
