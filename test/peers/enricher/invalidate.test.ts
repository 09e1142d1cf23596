import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { until } from "../../helpers/sockets-client";
import { createError, createFakes } from "./fakes";
import { DEFAULT_LIMITS } from "./limits";
import { DISCOVER, flushSockets, LIST, setUp } from "./setup";

describe("invalidate", () => {
  it("makes the next call request the peer again", async () => {
    const { enricher, requestPaths, addPeer, load } = await setUp();
    const lead = addPeer();
    await load(lead);
    enricher.invalidate(` ${lead.id.toUpperCase()} `);
    expect(enricher.stats().cached).toBe(0);
    expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
    expect(enricher.get(lead.id)).not.toBeNull();
    expect(requestPaths()).toHaveLength(2);
  });

  it("removes a remembered failure", async () => {
    const { enricher, requestPaths, platform, addPeer, load } = await setUp();
    const lead = addPeer();
    platform.fail(DISCOVER, { status: 404, body: { error: "workspace not found" } }, { times: 1 });
    await load(lead);
    enricher.invalidate(lead.id);
    await load(lead);
    expect(enricher.get(lead.id)).not.toBeNull();
    expect(requestPaths()).toHaveLength(2);
  });

  it("ignores unknown peers and invalid ids", async () => {
    const { enricher, requestPaths } = await setUp();
    for (const garbage of [numberedId(1), "", undefined, null, {}, 7]) enricher.invalidate(garbage as string);
    await flushSockets();
    expect(requestPaths()).toEqual([]);
  });

  it.each([404, 500])(
    "during a request that fails with %i keeps the failure out of the cache",
    async (status) => {
      const { enricher, platform, requestPaths, addPeer } = await setUp();
      const lead = addPeer({ name: "Lead" });
      platform.fail(DISCOVER, { status, body: { error: "no" }, delayMs: 20 }, { times: 1 });
      const waiting = enricher.fetch(lead.id);
      await until(() => requestPaths().length === 1, "the request has arrived");
      enricher.invalidate(lead.id);
      expect(await waiting).toBeNull();
      expect(await enricher.fetch(lead.id)).toMatchObject({ name: "Lead" });
    },
  );

  it("during a request keeps its record out of the cache, but not from waiting calls", async () => {
    const { enricher, platform, requestPaths, addPeer } = await setUp();
    const lead = addPeer({ name: "New" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Old" }, delayMs: 30 }, { times: 1 });
    const waiting = enricher.fetch(lead.id);
    await until(() => requestPaths().length === 1, "the request has arrived");
    enricher.invalidate(lead.id);
    expect(await waiting).toMatchObject({ name: "Old" });
    expect(enricher.stats().cached).toBe(0);
    expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "New" });
  });

  it("during a list keeps the record of that peer alone out of the cache", async () => {
    const { enricher, platform, requestPaths, addPeer } = await setUp();
    const [one, two] = [addPeer({ name: "New" }), addPeer({ name: "Other" })];
    const rows = [one, two].map(({ id }) => ({ id, name: "Old" }));
    platform.fail(LIST, { status: 200, body: rows, delayMs: 30 }, { times: 1 });
    enricher.get(two.id);
    const waiting = enricher.fetch(one.id);
    await until(() => requestPaths().length === 1, "the list is requested");
    enricher.invalidate(one.id);
    expect(await waiting).toMatchObject({ name: "New" });
    expect(enricher.get(one.id)).toMatchObject({ name: "New" });
    expect(enricher.get(two.id)).toMatchObject({ name: "Old" });
    expect(requestPaths()).toHaveLength(2);
  });

  it("during a request makes a later call start another", async () => {
    const { enricher, platform, requestPaths, addPeer } = await setUp();
    const lead = addPeer({ name: "New" });
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Old" }, delayMs: 30 }, { times: 1 });
    enricher.get(lead.id);
    await until(() => requestPaths().length === 1, "the request has arrived");
    enricher.invalidate(lead.id);
    expect(await enricher.fetch(lead.id)).toMatchObject({ name: "New" });
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "New" });
  });

  it("during a request that is repeated after a pause does not affect the repeated one", async () => {
    const { enricher, clock, pending } = createFakes(DEFAULT_LIMITS);
    enricher.get(numberedId(1));
    await setImmediate();
    enricher.invalidate(numberedId(1));
    pending[0]?.reject(createError("rate_limited", 1000));
    await clock.advance(1000);
    pending[0]?.resolve([{ id: numberedId(1), name: "New" }]);
    await enricher.settled();
    expect(enricher.get(numberedId(1))).toMatchObject({ name: "New" });
  });
});
