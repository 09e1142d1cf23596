import { describe, expect, it, vi } from "vitest";
import { until } from "../../helpers/sockets-client";
import { TTL_MS } from "./limits";
import { DISCOVER, discoveryPath, flushSockets, respondWith, setUp } from "./setup";

describe("get with an invalid argument", () => {
  const GARBAGE: readonly unknown[] = [
    undefined,
    null,
    true,
    0,
    Number.NaN,
    7n,
    "",
    " ",
    "peer",
    "../../etc/passwd",
    "2f6a0d1e-77b1-4c3e-8a55-9d1c3e5f7a9",
    "2f6a0d1e-77b1-4c3e-8a55-9d1c3e5f7a900",
    "2f6a0d1e77b14c3e8a559d1c3e5f7a90",
    "2f6a0d1e-77b1-4c3e-8a55-9d1c3e5f7a90/../x",
    "\0".repeat(36),
    "x".repeat(1_000_000),
    [],
    {},
    () => "x",
    Symbol("id"),
    new Date(Number.NaN),
    Object.create(null),
  ];

  it("returns null without a request for an id of any type", async () => {
    const { enricher, requestPaths } = await setUp();
    for (const garbage of GARBAGE) expect(enricher.get(garbage as string)).toBeNull();
    await enricher.settled();
    await flushSockets();
    expect(requestPaths()).toEqual([]);
    expect(enricher.stats()).toMatchObject({ hits: 0, misses: 0, queued: 0, inFlight: 0 });
  });

  it("returns null for options of any type", async () => {
    const { enricher, requestPaths, addPeer } = await setUp();
    const { id } = addPeer();
    for (const garbage of GARBAGE) {
      expect(enricher.get("x", garbage as { source?: string })).toBeNull();
    }
    const blank: readonly unknown[] = [undefined, "", " "];
    for (const garbage of GARBAGE.filter((each) => !blank.includes(each))) {
      expect(enricher.get(id, { source: garbage as string })).toBeNull();
    }
    const trap = new Proxy({}, { get: () => expect.fail("was read") });
    expect(enricher.get(id, trap)).toBeNull();
    await flushSockets();
    expect(requestPaths()).toEqual([]);
  });
});

describe("get", () => {
  it("ignores a blank source, as `fetch` does", async () => {
    const { enricher, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    expect(enricher.get(lead.id, { source: " " })).toMatchObject({ name: "Lead" });
    expect(await enricher.fetch(lead.id, { source: " " })).toMatchObject({ name: "Lead" });
  });

  it("returns null for an unknown peer, requests it once in the background, and returns it afterwards", async () => {
    const { enricher, requestPaths, addPeer } = await setUp();
    const lead = addPeer({ name: "Lead" });
    expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ id: lead.id, name: "Lead" });
    expect(requestPaths()).toEqual([discoveryPath(lead)]);
  });

  it("normalises ids", async () => {
    const { enricher, requestPaths, addPeer, load } = await setUp();
    const lead = addPeer();
    await load({ id: ` ${lead.id.toUpperCase()}\n` });
    const record = enricher.get(lead.id);
    expect(record).toMatchObject({ id: lead.id });
    expect(enricher.get(`\t${lead.id.toUpperCase()}`)).toBe(record);
    expect(requestPaths()).toEqual([discoveryPath(lead)]);
  });

  it("returns the same record while it is fresh, unknown fields included", async () => {
    const { enricher, platform, requestPaths, addPeer, load } = await setUp();
    const { id } = addPeer();
    const record = { id, name: "Lead", x_new: { deep: [1] } };
    respondWith(platform, record);
    await load({ id });
    const first = enricher.get(id);
    expect(first).toEqual(record);
    for (let call = 0; call < 10; call += 1) expect(enricher.get(id)).toBe(first);
    expect(requestPaths()).toHaveLength(1);
  });

  it("requests as the own workspace, with its token", async () => {
    const { platform, me, addPeer, load } = await setUp();
    await load(addPeer());
    expect(platform.requests[0]).toMatchObject({
      method: "GET",
      headers: { "x-workspace-id": me.id, authorization: `Bearer ${me.token}` },
    });
  });

  it("refreshes a record once it is `ttlMs` old, and not before", async () => {
    const { enricher, requestPaths, clock, addPeer, load } = await setUp();
    const lead = addPeer();
    await load(lead);
    await clock.advance(TTL_MS - 1);
    enricher.get(lead.id);
    await enricher.settled();
    expect(requestPaths()).toHaveLength(1);
    await clock.advance(1);
    enricher.get(lead.id);
    await enricher.settled();
    expect(requestPaths()).toHaveLength(2);
  });

  it("counts the age of a record from the response, not from the request", async () => {
    const { enricher, requestPaths, platform, clock, addPeer } = await setUp({
      timeouts: { enrichMs: 60_000 },
    });
    const lead = addPeer();
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 60 }, { times: 1 });
    enricher.get(lead.id);
    await until(() => requestPaths().length === 1, "the request has arrived");
    await clock.advance(50_000);
    await enricher.settled();
    await clock.advance(TTL_MS - 1);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    await flushSockets();
    expect(requestPaths()).toHaveLength(1);
  });

  it("returns a stale record while exactly one refresh runs", async () => {
    const { enricher, requestPaths, platform, clock, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    await clock.advance(TTL_MS);
    respondWith(platform, { id: lead.id, name: "Chief" });
    for (let call = 0; call < 20; call += 1) expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "Chief" });
    expect(requestPaths()).toHaveLength(2);
  });

  it.each([
    { jump: "forward", years: 10 },
    { jump: "back", years: -10 },
  ])("ignores a wall clock that jumps $jump", async ({ years }) => {
    const { enricher, requestPaths, clock, addPeer, load } = await setUp();
    const lead = addPeer();
    await load(lead);
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      vi.setSystemTime(Date.now() + years * 365 * 86_400_000);
      await clock.advance(TTL_MS - 1);
      expect(enricher.get(lead.id)).not.toBeNull();
      await flushSockets();
      expect(requestPaths()).toHaveLength(1);
      await clock.advance(1);
      enricher.get(lead.id);
      await enricher.settled();
      expect(requestPaths()).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
