import { describe, expect, it } from "vitest";
import { until } from "../../helpers/sockets-client";
import { TTL_MS } from "./limits";
import { DISCOVER, discoveryPath, listPath, respondWith, setUp } from "./setup";

describe("records of lists and discoveries", () => {
  it("are cached when the user requests a list", async () => {
    const { enricher, client, requestPaths, me, addPeer } = await setUp();
    const lead = addPeer({ name: "Lead", role: "boss" });
    await client.listPeers();
    const known = { id: lead.id, name: "Lead", role: "boss", status: "online", parent_id: null, tier: 2 };
    expect(enricher.get(lead.id)).toMatchObject(known);
    expect(await enricher.fetch(lead.id)).toMatchObject(known);
    expect(requestPaths()).toEqual([listPath(me)]);
  });

  it("are cached for all peers of a list, whatever its query", async () => {
    const { enricher, client, requestPaths, addPeers } = await setUp();
    const [lead] = addPeers(2);
    await client.listPeers({ query: "nobody has this name" });
    expect(enricher.get(lead.id)).not.toBeNull();
    expect(requestPaths()).toHaveLength(1);
  });

  it("are cached when the user discovers a peer", async () => {
    const { enricher, client, requestPaths, addPeer } = await setUp();
    const lead = addPeer({ name: "Lead" });
    await client.discoverPeer(lead.id);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    expect(requestPaths()).toEqual([discoveryPath(lead)]);
  });

  it("of a discovery do not erase the role and the status of a list", async () => {
    const { enricher, client, clock, platform, requestPaths, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead", role: "boss" });
    await client.listPeers();
    await clock.advance(TTL_MS);
    respondWith(platform, { id: lead.id, name: "Chief", url: "http://elsewhere" });
    await load(lead);
    const record = { name: "Chief", role: "boss", status: "online", url: "http://elsewhere" };
    expect(enricher.get(lead.id)).toMatchObject(record);
    expect(requestPaths()).toHaveLength(2);
  });

  it("of a list update the fields that a discovery does not have", async () => {
    const { enricher, client, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead", role: "boss" });
    await load(lead);
    expect(enricher.get(lead.id)).not.toHaveProperty("status");
    await client.listPeers();
    expect(enricher.get(lead.id)).toMatchObject({ role: "boss", status: "online" });
    lead.setStatus("offline");
    await client.listPeers();
    expect(enricher.get(lead.id)).toMatchObject({ role: "boss", status: "offline" });
  });

  it.each([{ name: "" }, {}, { name: null }, { name: 7 }])(
    "of a discovery with the fields %o do not erase a name",
    async (fields) => {
      const { enricher, client, clock, platform, addPeer, load } = await setUp();
      const lead = addPeer({ name: "Lead" });
      await client.listPeers();
      await clock.advance(TTL_MS);
      respondWith(platform, { id: lead.id, ...fields });
      await load(lead);
      expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
      expect(client.peerName(lead.id)).toBe("Lead");
    },
  );

  it("received in the background provide names for `peerName`", async () => {
    const { enricher, client, addPeer, load } = await setUp();
    const alone = addPeer({ name: "Alone" });
    const several = [addPeer({ name: "One" }), addPeer({ name: "Two" })];
    await load(alone);
    expect(client.peerName(alone.id)).toBe("Alone");
    for (const { id } of several) enricher.get(id);
    await enricher.settled();
    expect(several.map(({ id }) => client.peerName(id))).toEqual(["One", "Two"]);
  });

  it("that were evicted leave their names to `peerName`", async () => {
    const { client, addPeer, load, addPeers } = await setUp({ enricher: { maxPeers: 1 } });
    const lead = addPeer({ name: "Lead" });
    await load(lead, ...addPeers(3));
    expect(client.peerName(lead.id)).toBe("Lead");
  });

  it("of a list replace a remembered failure", async () => {
    const { enricher, client, platform, requestPaths, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 404, body: { error: "workspace not found" } });
    await load(lead);
    await client.listPeers();
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    expect(requestPaths()).toHaveLength(2);
  });
});

it("removes a failure that would be remembered for longer than a record once a list has the peer", async () => {
  const options = { enricher: { ttlMs: 1000, failureTtlMs: 60_000 } };
  const { client, clock, platform, requestPaths, addPeer, load } = await setUp(options);
  const lead = addPeer({ name: "Lead" });
  platform.fail(DISCOVER, { status: 500 }, { times: 1 });
  await load(lead);
  await client.listPeers();
  await clock.advance(1000);
  await load(lead);
  expect(requestPaths()).toHaveLength(3);
});

it("settles queued lookups from a list that the user requests", async () => {
  const { enricher, client, clock, platform, events, requestPaths, me, addPeer } = await setUp();
  const lead = addPeer({ name: "Lead" });
  platform.fail(DISCOVER, { status: 429 }, { times: 1 });
  const waiting = enricher.fetch(lead.id);
  await until(() => events.length === 1, "the queue is paused");
  await client.listPeers();
  await clock.advance(1000);
  expect(await waiting).toMatchObject({ name: "Lead", status: "online" });
  expect(requestPaths()).toEqual([discoveryPath(lead), listPath(me)]);
});
