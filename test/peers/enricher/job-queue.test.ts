import { describe, expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { until } from "../../helpers/sockets-client";
import { ENRICH_MS, TTL_MS } from "./limits";
import { DISCOVER, discoveryPath, flushSockets, LIST, setUp } from "./setup";

/** Makes the list useless, so that each peer is requested individually. */
const NO_LIST = { status: 404, body: { error: "workspace not found" } };

describe("background requests", () => {
  it.each([{ workers: 1 }, { workers: 2 }, { workers: 3 }])(
    "run at most $workers at once",
    async ({ workers }) => {
      const { enricher, platform, clock, requestPaths } = await setUp({ enricher: { workers } });
      platform.fail(LIST, NO_LIST);
      platform.fail(DISCOVER, { kind: "stall" });
      for (let index = 0; index < 7; index += 1) enricher.get(numberedId(index));
      const discoveries = () => requestPaths().filter((path) => path.includes("discover")).length;
      for (let seen = workers; seen < 7; seen += workers) {
        await until(() => discoveries() === seen, `${seen} were requested`);
        await flushSockets();
        expect(discoveries()).toBe(seen);
        expect(enricher.stats()).toMatchObject({ inFlight: workers, queued: 7 - seen });
        await clock.advance(ENRICH_MS);
      }
    },
  );

  it("run two at once by default", async () => {
    const { enricher, platform } = await setUp();
    platform.fail(LIST, NO_LIST);
    platform.fail(DISCOVER, { kind: "stall" });
    for (let index = 0; index < 5; index += 1) enricher.get(numberedId(index));
    await until(() => platform.requests.length === 3, "the list was refused and two peers were requested");
    await flushSockets();
    expect(platform.requests).toHaveLength(3);
    expect(enricher.stats()).toMatchObject({ inFlight: 2, queued: 3 });
  });

  it("are shared by all calls for the same peer", async () => {
    const { enricher, platform, requestPaths, addPeer } = await setUp();
    const lead = addPeer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: lead, delayMs: 20 });
    const waiting = Array.from({ length: 20 }, () => enricher.fetch(lead.id));
    for (let call = 0; call < 20; call += 1) enricher.get(lead.id);
    await until(() => requestPaths().length === 1, "the request has arrived");
    for (let call = 0; call < 20; call += 1) enricher.get(lead.id);
    const [first, ...rest] = await Promise.all([...waiting, enricher.fetch(lead.id)]);
    expect(first).toMatchObject({ name: "Lead" });
    for (const record of rest) expect(record).toBe(first);
    expect(requestPaths()).toEqual([discoveryPath(lead)]);
  });

  it("start in the order of the calls", async () => {
    const { enricher, platform, requestPaths, addPeers } = await setUp({ enricher: { workers: 1 } });
    platform.fail(LIST, NO_LIST);
    const all = addPeers(5);
    for (const { id } of all) enricher.get(id);
    await enricher.settled();
    expect(requestPaths().slice(1)).toEqual(all.map(discoveryPath));
  });

  it("are queued up to 256 by default; further lookups are dropped and counted", async () => {
    const { enricher, platform, events, requestPaths } = await setUp();
    platform.fail(LIST, { kind: "stall" });
    for (let index = 0; index < 256 + 105; index += 1) expect(enricher.get(numberedId(index))).toBeNull();
    expect(enricher.stats()).toMatchObject({ queued: 256, dropped: 105, misses: 256 + 105, hits: 0 });
    expect(events).toEqual([1, 10, 100].map((dropped) => ({ type: "enricher.dropped", dropped })));
    await until(() => requestPaths().length === 1, "the list is requested");
    expect(enricher.stats()).toMatchObject({ queued: 256, inFlight: 1 });
  });

  it("are not dropped for a peer that is already queued", async () => {
    const { enricher, platform } = await setUp({ enricher: { maxQueued: 2 } });
    platform.fail(LIST, { kind: "stall" });
    for (let call = 0; call < 5; call += 1) {
      enricher.get(numberedId(1));
      enricher.get(numberedId(2));
    }
    expect(enricher.stats()).toMatchObject({ queued: 2, dropped: 0 });
    enricher.get(numberedId(3));
    expect(enricher.stats()).toMatchObject({ queued: 2, dropped: 1 });
  });

  it.each([
    { how: "sends nothing", fault: "stall" },
    { how: "stalls in the head", fault: "stall-head" },
    { how: "stalls in the body", fault: "stall-body" },
    { how: "speaks another protocol and waits", fault: "banner" },
  ] as const)("end after 2 s for a platform that $how", async ({ fault }) => {
    const { enricher, platform, clock, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    platform.fail(DISCOVER, { kind: fault }, { times: 1 });
    enricher.get(lead.id);
    if (fault !== "banner") {
      await until(() => platform.requests.length === 1, "the request has arrived");
      await clock.advance(ENRICH_MS - 1);
      expect(enricher.stats().inFlight).toBe(1);
    }
    await clock.advance(1);
    await enricher.settled();
    expect(enricher.get(lead.id)).toBeNull();
    await clock.advance(TTL_MS);
    await load(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("have the timeout `timeouts.enrichMs`", async () => {
    const { enricher, platform, clock } = await setUp({ timeouts: { enrichMs: 50 } });
    platform.fail(DISCOVER, { kind: "stall" });
    enricher.get(numberedId(1));
    await until(() => platform.requests.length === 1, "the request has arrived");
    await clock.advance(49);
    expect(enricher.stats().inFlight).toBe(1);
    await clock.advance(1);
    await enricher.settled();
    expect(enricher.stats().inFlight).toBe(0);
  });
});
