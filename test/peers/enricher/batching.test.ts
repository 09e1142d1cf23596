import { describe, expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { until } from "../../helpers/sockets-client";
import { ENRICH_MS, FAILURE_TTL_MS, TTL_MS } from "./limits";
import { discoveryPath, flushSockets, LIST, listPath, setUp } from "./setup";

describe("several unknown peers of one workspace", () => {
  it("are requested with one peer list", async () => {
    const { enricher, requestPaths, me, addPeers } = await setUp();
    const all = addPeers(1000);
    for (const { id } of all) expect(enricher.get(id)).toBeNull();
    await enricher.settled();
    for (const { id } of all) expect(enricher.get(id)).toMatchObject({ id, status: "online" });
    expect(requestPaths()).toEqual([listPath(me)]);
  });

  it("are requested with one peer list by `fetch`, too", async () => {
    const { enricher, requestPaths, me, addPeers } = await setUp();
    const all = addPeers(200);
    const records = await Promise.all(all.map(({ id }) => enricher.fetch(id)));
    expect(records.map((record) => record?.id)).toEqual(all.map(({ id }) => id));
    expect(requestPaths()).toEqual([listPath(me)]);
  });

  it("are served by a list that is already running", async () => {
    const { enricher, platform, requestPaths, me, addPeers } = await setUp();
    const all = addPeers(4);
    const rows = all.map(({ id }) => ({ id, name: "x" }));
    platform.fail(LIST, { status: 200, body: rows, delayMs: 20 });
    for (const { id } of all.slice(0, 2)) enricher.get(id);
    await until(() => requestPaths().length === 1, "the list is requested");
    for (const { id } of all.slice(2)) enricher.get(id);
    await enricher.settled();
    for (const { id } of all) expect(enricher.get(id)).toMatchObject({ name: "x" });
    expect(requestPaths()).toEqual([listPath(me)]);
  });

  it("are requested individually when the list does not contain them", async () => {
    const { enricher, requestPaths, me, addPeer, addPeers } = await setUp();
    const [one, two] = addPeers(2);
    // Two levels down, which a list does not show.
    const below = addPeer({ parentId: one.id, name: "Grandchild" });
    const wanted = [one, below, two, { id: numberedId(1) }];
    for (const each of wanted) enricher.get(each.id);
    await enricher.settled();
    expect(requestPaths()[0]).toBe(listPath(me));
    expect(requestPaths().slice(1).sort()).toEqual([below, { id: numberedId(1) }].map(discoveryPath).sort());
    const mine = addPeer({ parentId: addPeer({ parentId: me.id }).id });
    expect(enricher.get(mine.id)).toBeNull();
  });

  it("cause no second list within `failureTtlMs`", async () => {
    const { enricher, requestPaths, clock, me } = await setUp();
    const getThree = async (from: number) => {
      for (let index = from; index < from + 3; index += 1) enricher.get(numberedId(index));
      await enricher.settled();
    };
    const listCount = () => requestPaths().filter((path) => path === listPath(me)).length;
    await getThree(0);
    expect([listCount(), requestPaths().length]).toEqual([1, 4]);
    await clock.advance(FAILURE_TTL_MS - 1);
    await getThree(10);
    expect([listCount(), requestPaths().length]).toEqual([1, 7]);
    await clock.advance(1);
    await getThree(20);
    expect([listCount(), requestPaths().length]).toEqual([2, 11]);
  });

  it("are requested individually when they come one after the other", async () => {
    const { requestPaths, addPeers, load } = await setUp();
    const all = addPeers(3);
    await load(...all);
    expect(requestPaths()).toEqual(all.map(discoveryPath));
  });

  it("may also be stale ones, whose record is served meanwhile", async () => {
    const { enricher, requestPaths, clock, me, addPeers, load } = await setUp();
    const all = addPeers(2);
    await load(...all);
    await clock.advance(TTL_MS);
    for (const { id } of all) expect(enricher.get(id)).not.toBeNull();
    await enricher.settled();
    for (const { id } of all) expect(enricher.get(id)).toMatchObject({ status: "online" });
    expect(requestPaths()).toEqual([...all.map(discoveryPath), listPath(me)]);
  });
});

describe("a peer list that fails", () => {
  async function requestTwoPeers(
    fault: Parameters<Awaited<ReturnType<typeof setUp>>["platform"]["fail"]>[1],
  ) {
    const setup = await setUp();
    const all = setup.addPeers(2);
    const getBoth = () => all.map(({ id }) => setup.enricher.get(id));
    const listCount = () => setup.requestPaths().filter((path) => path === listPath(setup.me)).length;
    setup.platform.fail(LIST, fault, { times: 1 });
    getBoth();
    return { ...setup, all, getBoth, listCount };
  }

  it("by its timeout is not requested again for `failureTtlMs`", async () => {
    const { enricher, clock, requestPaths, events, me, getBoth } = await requestTwoPeers({ kind: "stall" });
    await until(() => requestPaths().length === 1, "the list is requested");
    await clock.advance(ENRICH_MS);
    await enricher.settled();
    expect(events).toMatchObject([{ type: "enricher.failed", workspaceId: me.id, code: "timeout" }]);
    expect(events[0]).not.toHaveProperty("peerId");
    await clock.advance(FAILURE_TTL_MS - 1);
    expect(getBoth()).toEqual([null, null]);
    await flushSockets();
    expect(requestPaths()).toHaveLength(1);
    await clock.advance(1);
    getBoth();
    await enricher.settled();
    expect(requestPaths()).toEqual([listPath(me), listPath(me)]);
    expect(getBoth()).not.toContain(null);
  });

  it.each([{ status: 500 }, { kind: "reset" }, { status: 404, body: "<html>" }] as const)(
    "with %o is not requested again for `failureTtlMs`",
    async (fault) => {
      const { enricher, clock, requestPaths, me, getBoth } = await requestTwoPeers(fault);
      await enricher.settled();
      await clock.advance(FAILURE_TTL_MS - 1);
      expect(getBoth()).toEqual([null, null]);
      await flushSockets();
      expect(requestPaths()).toEqual([listPath(me)]);
      await clock.advance(1);
      getBoth();
      await enricher.settled();
      expect(getBoth()).not.toContain(null);
    },
  );

  it.each([
    { status: 403, body: { error: "not authorized" } },
    { status: 404, body: { error: "workspace not found" } },
    { status: 400, body: { error: "no" } },
    { kind: "html" },
  ] as const)("with %o is replaced by individual requests for `failureTtlMs`", async (fault) => {
    const { enricher, clock, addPeers, getBoth, listCount } = await requestTwoPeers(fault);
    await enricher.settled();
    expect(getBoth()).not.toContain(null);
    for (const { id } of addPeers(2)) enricher.get(id);
    await enricher.settled();
    expect(listCount()).toBe(1);
    await clock.advance(FAILURE_TTL_MS);
    for (const { id } of addPeers(2)) enricher.get(id);
    await enricher.settled();
    expect(listCount()).toBe(2);
  });

  it("because it is too large is replaced by individual requests", async () => {
    const { enricher, platform, requestPaths, addPeer } = await setUp({ limits: { responseBytes: 4096 } });
    const wanted = [addPeer({ name: "One" }), addPeer({ name: "Two" })];
    const rows = Array.from({ length: 500 }, (_, index) => ({ id: numberedId(index) }));
    platform.fail(LIST, { status: 200, body: rows });
    for (const { id } of wanted) enricher.get(id);
    await enricher.settled();
    expect(wanted.map(({ id }) => enricher.get(id)?.name)).toEqual(["One", "Two"]);
    expect(requestPaths()).toHaveLength(3);
  });

  it("because of a refused token is requested again by the next calls", async () => {
    const fault = { status: 401, body: { error: "invalid workspace auth token" } };
    const { enricher, requestPaths, me, getBoth } = await requestTwoPeers(fault);
    await enricher.settled();
    expect(getBoth()).toEqual([null, null]);
    await enricher.settled();
    expect(getBoth()).not.toContain(null);
    expect(requestPaths()).toEqual([listPath(me), listPath(me)]);
  });

  it("because of a rate limit is requested again after the pause, without another call", async () => {
    const fault = { status: 429, headers: { "retry-after": "3" }, body: { error: "slow down" } };
    const { enricher, clock, requestPaths, events, me, getBoth } = await requestTwoPeers(fault);
    await until(() => events.length === 1, "the 429 has been processed");
    await clock.advance(2999);
    await flushSockets();
    expect(enricher.stats()).toMatchObject({ queued: 2, inFlight: 0 });
    expect(requestPaths()).toHaveLength(1);
    await clock.advance(1);
    await enricher.settled();
    expect(requestPaths()).toEqual([listPath(me), listPath(me)]);
    expect(getBoth()).not.toContain(null);
  });

  it.each([{ status: 500 }, { status: 401, body: { error: "no" } }, { kind: "stall" }] as const)(
    "with %o resolves waiting calls with the cached record",
    async (fault) => {
      const { enricher, clock, requestPaths, all } = await requestTwoPeers(fault);
      const waiting = all.map(({ id }) => enricher.fetch(id));
      await until(() => requestPaths().length === 1, "the list is requested");
      await clock.advance(ENRICH_MS);
      expect(await Promise.all(waiting)).toEqual([null, null]);
    },
  );
});
