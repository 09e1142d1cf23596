import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { FaultKind } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { until } from "../../helpers/sockets-client";
import { errorOf, fakes, LIMITS } from "./fakes";
import { DISCOVER, discovery, ENRICH_MS, idOf, LIST, quiet, TTL_MS, world } from "./world";

/** A platform that has no list for us: every peer has to be asked for by itself. */
const NO_LIST = { status: 404, body: { error: "workspace not found" } };

describe("the queue of questions", () => {
  it.each([{ workers: 1 }, { workers: 2 }, { workers: 3 }])(
    "has at most $workers requests open",
    async ({ workers }) => {
      const { enricher, platform, clock, asked } = await world({ enricher: { workers } });
      platform.fail(LIST, NO_LIST);
      platform.fail(DISCOVER, { kind: "stall" });
      for (let index = 0; index < 7; index += 1) enricher.get(idOf(index));
      const discoveries = () => asked().filter((path) => path.includes("discover")).length;
      for (let seen = workers; seen < 7; seen += workers) {
        await until(() => discoveries() === seen, `${seen} were asked`);
        await quiet();
        expect(discoveries()).toBe(seen);
        expect(enricher.stats()).toMatchObject({ inFlight: workers, queued: 7 - seen });
        await clock.advance(ENRICH_MS);
      }
    },
  );

  it("has two workers unless told otherwise", async () => {
    const { enricher, platform } = await world();
    platform.fail(LIST, NO_LIST);
    platform.fail(DISCOVER, { kind: "stall" });
    for (let index = 0; index < 5; index += 1) enricher.get(idOf(index));
    await until(() => platform.requests.length === 3, "the list was refused and two were asked");
    await quiet();
    expect(platform.requests).toHaveLength(3);
    expect(enricher.stats()).toMatchObject({ inFlight: 2, queued: 3 });
  });

  it("asks once for a peer however many calls want to know it", async () => {
    const { enricher, platform, asked, peer } = await world();
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: lead, delayMs: 20 });
    const waiting = Array.from({ length: 20 }, () => enricher.fetch(lead.id));
    for (let call = 0; call < 20; call += 1) enricher.get(lead.id);
    await until(() => asked().length === 1, "the question is there");
    for (let call = 0; call < 20; call += 1) enricher.get(lead.id);
    const [first, ...rest] = await Promise.all([...waiting, enricher.fetch(lead.id)]);
    expect(first).toMatchObject({ name: "Lead" });
    for (const record of rest) expect(record).toBe(first);
    expect(asked()).toEqual([discovery(lead)]);
  });

  it("asks in the order in which the peers came", async () => {
    const { enricher, platform, asked, peers } = await world({ enricher: { workers: 1 } });
    platform.fail(LIST, NO_LIST);
    const all = peers(5);
    for (const { id } of all) enricher.get(id);
    await enricher.settled();
    expect(asked().slice(1)).toEqual(all.map(discovery));
  });

  it("holds 256 questions unless told otherwise, drops the newest and counts them", async () => {
    const { enricher, platform, events, asked } = await world();
    platform.fail(LIST, { kind: "stall" });
    for (let index = 0; index < 256 + 105; index += 1) expect(enricher.get(idOf(index))).toBeNull();
    expect(enricher.stats()).toMatchObject({ queued: 256, dropped: 105, misses: 256 + 105, hits: 0 });
    expect(events).toEqual([1, 10, 100].map((dropped) => ({ type: "enricher.dropped", dropped })));
    await until(() => asked().length === 1, "the list is asked for");
    expect(enricher.stats()).toMatchObject({ queued: 256, inFlight: 1 });
  });

  it("does not drop a call for a peer that waits already", async () => {
    const { enricher, platform } = await world({ enricher: { maxQueued: 2 } });
    platform.fail(LIST, { kind: "stall" });
    for (let call = 0; call < 5; call += 1) {
      enricher.get(idOf(1));
      enricher.get(idOf(2));
    }
    expect(enricher.stats()).toMatchObject({ queued: 2, dropped: 0 });
    enricher.get(idOf(3));
    expect(enricher.stats()).toMatchObject({ queued: 2, dropped: 1 });
  });

  it.each([
    { how: "says nothing", fault: "stall" },
    { how: "stalls in the head", fault: "stall-head" },
    { how: "stalls in the body", fault: "stall-body" },
    { how: "speaks another protocol and waits", fault: "banner" },
  ] as const)("gives a platform that $how 2 s, and no more", async ({ fault }) => {
    const { enricher, platform, clock, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, { kind: fault }, { times: 1 });
    enricher.get(lead.id);
    if (fault !== "banner") {
      await until(() => platform.requests.length === 1, "the question is there");
      await clock.advance(ENRICH_MS - 1);
      expect(enricher.stats().inFlight).toBe(1);
    }
    await clock.advance(1);
    await enricher.settled();
    expect(enricher.get(lead.id)).toBeNull();
    await clock.advance(TTL_MS);
    await learn(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("takes its time limit from `timeouts.enrichMs`", async () => {
    const { enricher, platform, clock } = await world({ timeouts: { enrichMs: 50 } });
    platform.fail(DISCOVER, { kind: "stall" });
    enricher.get(idOf(1));
    await until(() => platform.requests.length === 1, "the question is there");
    await clock.advance(49);
    expect(enricher.stats().inFlight).toBe(1);
    await clock.advance(1);
    await enricher.settled();
    expect(enricher.stats().inFlight).toBe(0);
  });
});

// Those that take long to make, or that a client may take for an answer, are left out.
const KINDS: readonly FaultKind[] = [
  "refuse",
  "reset-on-accept",
  "close-on-accept",
  "banner",
  "reset-head",
  "reset-upload",
  "close-upload",
  "stall-upload",
  "early-413",
  "reset",
  "close",
  "stall",
  "cut-head",
  "cut-head-reset",
  "stall-head",
  "drip-head",
  "cut",
  "cut-reset",
  "cut-chunked",
  "cut-chunked-reset",
  "cut-close-delimited",
  "bad-chunk",
  "stall-body",
  "drip",
  "extra-bytes",
  "huge",
  "huge-chunked",
  "cut-gzip",
  "garbage-gzip",
  "garbage",
  "garbage-json",
  "empty",
  "html",
  "redirect",
  "http2",
  "http09",
  "dup-length",
  "length-and-chunked",
  "big-header",
  "bad-header",
  "lf-only",
  "unasked-101",
  "continue",
  "continue-flood",
  "early-hints",
];

describe("a worker that fails", () => {
  it.each(KINDS)("because of %s stays a worker", async (kind) => {
    const { enricher, platform, clock, peer, learn } = await world({
      enricher: { workers: 1 },
      limits: { responseBytes: 65_536 },
    });
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, { kind }, { times: 1 });
    expect(enricher.get(lead.id)).toBeNull();
    await Promise.race([enricher.settled(), sleep(30)]);
    await clock.advance(ENRICH_MS);
    await enricher.settled();
    expect(enricher.stats()).toMatchObject({ cached: 0, queued: 0, inFlight: 0 });

    if (kind === "refuse") platform.fail(DISCOVER, { kind }, { times: 0 });
    await clock.advance(TTL_MS);
    await learn(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it.each([200, 204, 301, 304, 400, 401, 402, 404, 408, 409, 413, 418, 500, 502, 503, 504, 999])(
    "because of a %i stays a worker",
    async (status) => {
      const { enricher, platform, clock, peer, learn } = await world({ enricher: { workers: 1 } });
      const lead = peer({ name: "Lead" });
      platform.fail(DISCOVER, { status }, { times: 1 });
      await learn(lead);
      expect(enricher.get(lead.id)).toBeNull();
      await enricher.settled();
      await clock.advance(TTL_MS);
      await learn(lead);
      expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    },
  );

  it("because of a hook that throws stays a worker", async () => {
    const { enricher, platform, clock, peer, learn } = await world({
      onEvent: () => {
        throw new Error("the hook is broken");
      },
    });
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 500 }, { times: 1 });
    await learn(lead);
    await clock.advance(TTL_MS);
    await learn(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("because of a token source that fails stays a worker", async () => {
    let broken = true;
    const { enricher, clock, me, peer, learn } = await world({
      token: () => {
        if (broken) throw new Error("no token today");
        return me.token ?? undefined;
      },
    });
    const lead = peer({ name: "Lead" });
    await learn(lead);
    expect(enricher.stats()).toMatchObject({ cached: 0, inFlight: 0 });
    broken = false;
    await clock.advance(TTL_MS);
    await learn(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });
});

describe("a rate limit", () => {
  const LIMITED = { status: 429, headers: { "retry-after": "7" }, body: { error: "rate limit exceeded" } };

  it("pauses the whole queue for as long as it says, and the questions go on by themselves", async () => {
    const { enricher, platform, events, clock, asked, peers } = await world({ enricher: { workers: 1 } });
    const [first, ...others] = peers(3);
    platform.fail(DISCOVER, LIMITED, { times: 1 });
    enricher.get(first.id);
    await until(() => events.length === 1, "the limit is known");
    for (const { id } of others) enricher.get(id);
    await clock.advance(6999);
    await quiet();
    expect(asked()).toHaveLength(1);
    expect(enricher.stats()).toMatchObject({ queued: 3, inFlight: 0 });

    await clock.advance(1);
    await enricher.settled();
    for (const { id } of [first, ...others]) expect(enricher.get(id)).not.toBeNull();
    expect(events).toMatchObject([{ type: "enricher.failed", code: "rate_limited" }]);
  });

  it.each([
    { says: "nothing about the time", headers: {}, pauseMs: 1000 },
    { says: "0", headers: { "retry-after": "0" }, pauseMs: 1000 },
    { says: "a day", headers: { "retry-after": "86400" }, pauseMs: TTL_MS },
    { says: "garbage", headers: { "retry-after": "soon" }, pauseMs: 1000 },
  ])("that says $says pauses for $pauseMs ms", async ({ headers, pauseMs }) => {
    const { enricher, platform, events, clock, asked, peer } = await world();
    const { id } = peer();
    platform.fail(DISCOVER, { ...LIMITED, headers: headers as Record<string, string> }, { times: 1 });
    enricher.get(id);
    await until(() => events.length === 1, "the limit is known");
    await clock.advance(pauseMs - 1);
    await quiet();
    expect(asked()).toHaveLength(1);
    await clock.advance(1);
    await enricher.settled();
    expect(enricher.get(id)).not.toBeNull();
  });

  it("does not put more into the queue than it may hold", async () => {
    const { enricher, open } = fakes({ ...LIMITS, workers: 1, maxQueued: 1 });
    enricher.get(idOf(1));
    await setImmediate();
    enricher.get(idOf(2));
    open[0]?.refuse(errorOf("rate_limited", 1000));
    await setImmediate();
    expect(enricher.stats().queued).toBe(1);
  });

  it("pauses for the longest of several waits that are asked for", async () => {
    const { enricher, clock, open } = fakes(LIMITS);
    for (const index of [1, 2]) {
      enricher.get(idOf(index));
      await setImmediate();
    }
    open[0]?.refuse(errorOf("rate_limited", 60_000));
    await setImmediate();
    open[0]?.refuse(errorOf("rate_limited"));
    await clock.advance(59_999);
    expect(open).toHaveLength(0);
    await clock.advance(1);
    expect(open).toHaveLength(1);
  });

  it("is shared with others: what waits is asked for one at a time, less and less often, until nothing waits", async () => {
    const { enricher, clock, open } = fakes({ ...LIMITS, failureTtlMs: 1_000_000 });
    const missing = errorOf("peer_not_found");
    for (const index of [1, 2, 3, 4]) enricher.get(idOf(index));
    await setImmediate();
    // No list, so that every peer is a question of its own.
    open[0]?.refuse(missing);
    await setImmediate();
    open[0]?.refuse(errorOf("rate_limited", 5000));
    await setImmediate();
    open[0]?.refuse(missing);
    await setImmediate();

    const askedAfter = async (ms: number) => {
      await clock.advance(ms);
      const asked = open.length;
      for (const question of [...open]) question.refuse(missing);
      await setImmediate();
      return asked;
    };
    expect([await askedAfter(4999), await askedAfter(1), await askedAfter(999), await askedAfter(1)]).toEqual(
      [0, 1, 0, 1],
    );
    await askedAfter(1000);
    await askedAfter(1000);
    for (const index of [5, 6]) enricher.get(idOf(index));
    await setImmediate();
    expect(open).toHaveLength(2);
  });

  it("keeps the good record, and those who wait for a better one get it after the pause", async () => {
    const { enricher, platform, events, clock, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    await learn(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, LIMITED, { times: 1 });
    const waiting = enricher.fetch(lead.id);
    await until(() => events.length === 1, "the limit is known");
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    await clock.advance(7000);
    expect(await waiting).toMatchObject({ name: "Lead" });
  });
});
