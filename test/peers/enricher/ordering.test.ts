import { describe, expect, it } from "vitest";
import { until } from "../../helpers/sockets-client";
import { DISCOVER, LIST, setUp } from "./setup";

describe("responses that overtake each other", () => {
  it("leave the record of the request that began last", async () => {
    const { client, enricher, platform, clock, requestPaths, addPeer } = await setUp();
    const { id } = addPeer();
    platform.fail(
      DISCOVER,
      { status: 200, body: { id, name: "old", role: "r" }, delayMs: 100 },
      { times: 1 },
    );
    const first = client.discoverPeer(id);
    await until(() => requestPaths().length === 1, "the first request has arrived");
    platform.fail(DISCOVER, { status: 200, body: { id, name: "new" } }, { times: 1 });
    await client.discoverPeer(id);
    await clock.advance(100);
    expect(await first).toMatchObject({ name: "old" });
    expect(enricher.get(id)).toEqual({ id, name: "new", role: "r" });
    expect(client.peerName(id)).toBe("new");
  });

  it("do not bring an invalidated record back", async () => {
    const { client, enricher, platform, requestPaths, addPeer } = await setUp();
    const { id } = addPeer();
    platform.fail(LIST, { status: 200, body: [{ id, name: "old" }], delayMs: 100 }, { times: 1 });
    const list = client.listPeers();
    await until(() => requestPaths().length === 1, "the request has arrived");
    enricher.invalidate(id);
    expect((await list).peers).toMatchObject([{ name: "old" }]);
    expect(enricher.get(id)).toBeNull();
  });
});

describe("cached records", () => {
  it("are not those of the callers of listPeers and discoverPeer", async () => {
    const { client, enricher, platform, addPeer } = await setUp();
    const { id } = addPeer({ name: "Lead" });
    const { peers } = await client.listPeers();
    for (const peer of peers) peer.name = "mine";
    expect(enricher.get(id)).toMatchObject({ name: "Lead" });
    platform.fail(DISCOVER, { status: 200, body: { id, agent_card: { skills: ["sum"] } } }, { times: 1 });
    const record = await client.discoverPeer(id);
    (record.agent_card as { skills: string[] }).skills.push("mine");
    expect(enricher.get(id)).toMatchObject({ name: "Lead", agent_card: { skills: ["sum"] } });
  });

  it("are frozen, nested values included", async () => {
    const { client, enricher, platform, addPeer } = await setUp();
    const { id } = addPeer();
    platform.fail(
      LIST,
      { status: 200, body: [{ id, agent_card: { skills: [{ id: "sum" }] } }] },
      { times: 1 },
    );
    await client.listPeers();
    const record = (await enricher.fetch(id)) as { agent_card: { skills: object[] } };
    expect(record).toBe(enricher.get(id));
    for (const value of [record, record.agent_card, record.agent_card.skills, record.agent_card.skills[0]]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
  });
});
