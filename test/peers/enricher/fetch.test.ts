import { describe, expect, it } from "vitest";
import { failureOf } from "../../helpers/failure";
import { numberedId } from "../../helpers/ids";
import { rejectionOf, until } from "../../helpers/sockets-client";
import { ENRICH_MS, TTL_MS } from "./limits";
import { DISCOVER, discoveryPath, flushSockets, LIST, setUp, setUpTwoWorkspaces } from "./setup";

describe("fetch", () => {
  it("waits for the record, which `get` then returns", async () => {
    const { enricher, requestPaths, addPeer } = await setUp();
    const lead = addPeer({ name: "Lead" });
    const record = await enricher.fetch(` ${lead.id.toUpperCase()} `);
    expect(record).toMatchObject({ id: lead.id, name: "Lead" });
    expect(enricher.get(lead.id)).toBe(record);
    expect(await enricher.fetch(lead.id)).toBe(record);
    expect(requestPaths()).toEqual([discoveryPath(lead)]);
  });

  it("waits for a new record instead of a stale one", async () => {
    const { enricher, platform, clock, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Chief" } });
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Chief" });
  });

  it.each([{ status: 500 }, { status: 401, body: { error: "no" } }, { kind: "reset" }] as const)(
    "resolves to the stale record when the refresh fails with %o",
    async (fault) => {
      const { enricher, platform, clock, addPeer, load } = await setUp();
      const lead = addPeer({ name: "Lead" });
      await load(lead);
      await clock.advance(TTL_MS);
      platform.fail(DISCOVER, fault);
      expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Lead" });
    },
  );

  it("resolves to null without a request for a peer that is known to be missing", async () => {
    const { enricher, requestPaths } = await setUp();
    expect(await enricher.fetch(numberedId(1))).toBeNull();
    expect(await enricher.fetch(numberedId(1))).toBeNull();
    expect(requestPaths()).toHaveLength(1);
  });

  it.each([undefined, null, "", "peer", 7, {}, "../x"])("resolves to null for the id %o", async (id) => {
    const { enricher, requestPaths } = await setUp();
    expect(await enricher.fetch(id as string)).toBeNull();
    await flushSockets();
    expect(requestPaths()).toEqual([]);
  });

  it("rejects an aborted call with the reason of its signal, and no other call", async () => {
    const { enricher, platform, requestPaths, addPeer } = await setUp();
    const lead = addPeer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 40 });
    const controller = new AbortController();
    const reason = { why: "the user left" };
    const aborted = rejectionOf(enricher.fetch(lead.id, { signal: controller.signal }));
    const other = enricher.fetch(lead.id);
    await until(() => requestPaths().length === 1, "the request has arrived");
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    expect(enricher.stats().inFlight).toBe(1);
    expect(await other).toMatchObject({ name: "Lead" });
    expect(requestPaths()).toEqual([discoveryPath(lead)]);
  });

  it("lets the request go on when all calls are aborted", async () => {
    const { enricher, platform, requestPaths, addPeer } = await setUp();
    const lead = addPeer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 20 });
    const controller = new AbortController();
    const aborted = rejectionOf(enricher.fetch(lead.id, { signal: controller.signal }));
    await until(() => requestPaths().length === 1, "the request has arrived");
    controller.abort();
    expect(await aborted).toMatchObject({ name: "AbortError" });
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("requests nothing for a signal that is already aborted", async () => {
    const { enricher, requestPaths } = await setUp();
    const reason = new Error("too late");
    const signal = AbortSignal.abort(reason);
    expect(await rejectionOf(enricher.fetch(numberedId(1), { signal }))).toBe(reason);
    await flushSockets();
    expect(requestPaths()).toEqual([]);
  });

  it("rejects with `timeout` after `timeoutMs`, and lets the request go on", async () => {
    const { enricher, platform, clock, requestPaths } = await setUp();
    platform.fail(DISCOVER, { kind: "stall" });
    const waiting = failureOf(enricher.fetch(numberedId(1), { timeoutMs: 500 }));
    await until(() => requestPaths().length === 1, "the request has arrived");
    await clock.advance(500);
    const error = await waiting;
    expect(error).toMatchObject({ code: "timeout", retryable: true });
    expect(error.message).toContain(numberedId(1));
    expect(enricher.stats().inFlight).toBe(1);
    await clock.advance(ENRICH_MS);
    await enricher.settled();
  });

  it("waits for `requestMs` by default", async () => {
    const { enricher, platform, clock, requestPaths } = await setUp({ timeouts: { requestMs: 500 } });
    platform.fail(DISCOVER, { kind: "stall" });
    const waiting = failureOf(enricher.fetch(numberedId(1)));
    await until(() => requestPaths().length === 1, "the request has arrived");
    await clock.advance(500);
    expect(await waiting).toMatchObject({ code: "timeout" });
    await clock.advance(ENRICH_MS);
    await enricher.settled();
  });

  it("resolves to the stale record when its time is over", async () => {
    const { enricher, platform, clock, requestPaths, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { kind: "stall" });
    const waiting = enricher.fetch(lead.id, { timeoutMs: 500 });
    await until(() => requestPaths().length === 2, "the request has arrived");
    await clock.advance(500);
    expect(await waiting).toMatchObject({ name: "Lead" });
    await clock.advance(ENRICH_MS);
    await enricher.settled();
  });
});

describe("fetch under a rate limit", () => {
  /** A platform that asks for a wait of this many seconds once. */
  async function setUpLimited(retryAfter: number, route = DISCOVER) {
    const setup = await setUp();
    const lead = setup.addPeer({ name: "Lead" });
    await setup.load(lead);
    await setup.clock.advance(TTL_MS);
    setup.platform.fail(route, { status: 429, headers: { "retry-after": `${retryAfter}` } }, { times: 1 });
    return { ...setup, lead };
  }

  it("resolves to a stale record at once when its own request meets the limit", async () => {
    const { enricher, lead } = await setUpLimited(3);
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("resolves to a stale record at once while another request has met the limit", async () => {
    const { enricher, lead, events } = await setUpLimited(3);
    enricher.get(numberedId(1));
    await until(() => events.length === 1, "the queue is paused");
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("resolves to null at once for an unknown peer when the limit outlasts the call", async () => {
    const { enricher } = await setUpLimited(60);
    expect(await enricher.fetch(numberedId(1))).toBeNull();
    expect(await enricher.fetch(numberedId(2))).toBeNull();
  });

  it("resolves at once when a list meets the limit", async () => {
    const { enricher, lead } = await setUpLimited(60, LIST);
    const both = [enricher.fetch(lead.id), enricher.fetch(numberedId(2))];
    expect(await Promise.all(both)).toMatchObject([{ name: "Lead" }, null]);
  });

  it("waits for the record of an unknown peer when the limit ends in time", async () => {
    const { enricher, clock, events, addPeer } = await setUpLimited(3);
    const other = addPeer({ name: "Other" });
    const waiting = enricher.fetch(other.id);
    await until(() => events.length === 1, "the queue is paused");
    await clock.advance(3000);
    expect(await waiting).toMatchObject({ name: "Other" });
  });
});

describe("fetch with invalid arguments", () => {
  it.each([
    { what: "a foreign source", options: { source: numberedId(9) } },
    { what: "a source that is no id", options: { source: "me" } },
    { what: "a timeout below 0", options: { timeoutMs: -1 } },
    { what: "a signal that is none", options: { signal: {} as AbortSignal } },
    { what: "options that are none", options: 7 as unknown as object },
  ])("rejects $what with `invalid_argument`", async ({ options }) => {
    const { enricher, requestPaths } = await setUp();
    expect(await failureOf(enricher.fetch(numberedId(1), options))).toMatchObject({
      code: "invalid_argument",
    });
    await flushSockets();
    expect(requestPaths()).toEqual([]);
  });

  it("requests as the given workspace", async () => {
    const { enricher, requests, second, addPeerOfSecond } = await setUpTwoWorkspaces();
    const { id } = addPeerOfSecond({ name: "Hidden" });
    expect(await enricher.fetch(id)).toBeNull();
    expect(await enricher.fetch(id, { source: second.id })).toMatchObject({ name: "Hidden" });
    expect(requests()[1]?.headers["x-workspace-id"]).toBe(second.id);
  });

  it("resolves to the cached record when the queue is full", async () => {
    const { enricher, platform, clock, addPeer, load, requestPaths } = await setUp({
      enricher: { maxQueued: 1 },
    });
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { kind: "stall" });
    platform.fail(LIST, { kind: "stall" });
    for (const index of [1, 2, 3]) {
      enricher.get(numberedId(index));
      await flushSockets();
    }
    expect(enricher.stats()).toMatchObject({ queued: 1, inFlight: 2 });
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Lead" });
    expect(await enricher.fetch(numberedId(4))).toBeNull();
    expect(enricher.stats()).toMatchObject({ dropped: 2 });
    expect(requestPaths()).toHaveLength(3);
  });

  it("rejects with `closed` after close()", async () => {
    const { enricher, client, requestPaths, addPeer, load } = await setUp();
    const lead = addPeer();
    await load(lead);
    await client.close();
    for (const id of [lead.id, numberedId(1)]) {
      expect(await failureOf(enricher.fetch(id))).toMatchObject({ code: "closed" });
    }
    expect(requestPaths()).toHaveLength(1);
  });
});

describe("settled", () => {
  it("resolves at once when nothing is queued or in flight", async () => {
    const { enricher, load, addPeer } = await setUp();
    await enricher.settled();
    await load(addPeer());
    await enricher.settled();
  });

  it("waits for the queue, the requests and those that follow from them", async () => {
    const { enricher, platform, addPeers } = await setUp({ enricher: { workers: 1 } });
    platform.fail(LIST, { status: 403, body: { error: "no list for you" } });
    const all = addPeers(5);
    for (const { id } of all) enricher.get(id);
    await Promise.all([enricher.settled(), enricher.settled()]);
    expect(enricher.stats()).toMatchObject({ cached: 5, queued: 0, inFlight: 0 });
  });

  it("does not resolve during a pause", async () => {
    const { enricher, platform, clock, events, addPeer } = await setUp();
    platform.fail(DISCOVER, { status: 429 }, { times: 1 });
    enricher.get(addPeer().id);
    let settled = false;
    const waiting = enricher.settled().then(() => {
      settled = true;
    });
    await until(() => events.length === 1, "the queue is paused");
    await flushSockets();
    expect(settled).toBe(false);
    await clock.advance(1000);
    await waiting;
  });
});
