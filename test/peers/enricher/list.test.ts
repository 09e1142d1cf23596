import { describe, expect, it } from "vitest";
import { until } from "../../helpers/sockets-client";
import {
  answerWith,
  DISCOVER,
  discovery,
  ENRICH_MS,
  FAILURE_TTL_MS,
  idOf,
  LIST,
  listOf,
  quiet,
  TTL_MS,
  world,
} from "./world";

describe("what lists and discoveries tell", () => {
  it("a list of the user's feeds the memory", async () => {
    const { enricher, client, asked, me, peer } = await world();
    const lead = peer({ name: "Lead", role: "boss" });
    await client.listPeers();
    const known = { id: lead.id, name: "Lead", role: "boss", status: "online", parent_id: null, tier: 2 };
    expect(enricher.get(lead.id)).toMatchObject(known);
    expect(await enricher.fetch(lead.id)).toMatchObject(known);
    expect(asked()).toEqual([listOf(me)]);
  });

  it("a list feeds it with all peers, whatever its query", async () => {
    const { enricher, client, asked, peers } = await world();
    const [lead] = peers(2);
    await client.listPeers({ query: "nobody has this name" });
    expect(enricher.get(lead.id)).not.toBeNull();
    expect(asked()).toHaveLength(1);
  });

  it("a discovery of the user's feeds it, too", async () => {
    const { enricher, client, asked, peer } = await world();
    const lead = peer({ name: "Lead" });
    await client.discoverPeer(lead.id);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    expect(asked()).toEqual([discovery(lead)]);
  });

  it("a discovery does not erase the role and the status of a list", async () => {
    const { enricher, client, clock, platform, asked, peer, learn } = await world();
    const lead = peer({ name: "Lead", role: "boss" });
    await client.listPeers();
    await clock.advance(TTL_MS);
    answerWith(platform, { id: lead.id, name: "Chief", url: "http://elsewhere" });
    await learn(lead);
    const record = { name: "Chief", role: "boss", status: "online", url: "http://elsewhere" };
    expect(enricher.get(lead.id)).toMatchObject(record);
    expect(asked()).toHaveLength(2);
  });

  it("a list brings the news of what a discovery does not tell", async () => {
    const { enricher, client, peer, learn } = await world();
    const lead = peer({ name: "Lead", role: "boss" });
    await learn(lead);
    expect(enricher.get(lead.id)).not.toHaveProperty("status");
    await client.listPeers();
    expect(enricher.get(lead.id)).toMatchObject({ role: "boss", status: "online" });
    lead.setStatus("offline");
    await client.listPeers();
    expect(enricher.get(lead.id)).toMatchObject({ role: "boss", status: "offline" });
  });

  it.each([{ name: "" }, {}, { name: null }, { name: 7 }])(
    "a discovery with the fields %o does not erase a name",
    async (fields) => {
      const { enricher, client, clock, platform, peer, learn } = await world();
      const lead = peer({ name: "Lead" });
      await client.listPeers();
      await clock.advance(TTL_MS);
      answerWith(platform, { id: lead.id, ...fields });
      await learn(lead);
      expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
      expect(client.peerName(lead.id)).toBe("Lead");
    },
  );

  it("names learnt by a background discovery or list serve `peerName`", async () => {
    const { enricher, client, peer, learn } = await world();
    const alone = peer({ name: "Alone" });
    const several = [peer({ name: "One" }), peer({ name: "Two" })];
    await learn(alone);
    expect(client.peerName(alone.id)).toBe("Alone");
    for (const { id } of several) enricher.get(id);
    await enricher.settled();
    expect(several.map(({ id }) => client.peerName(id))).toEqual(["One", "Two"]);
  });

  it("records that the memory has lost leave their names to `peerName`", async () => {
    const { client, peer, learn, peers } = await world({ enricher: { maxPeers: 1 } });
    const lead = peer({ name: "Lead" });
    await learn(lead, ...peers(3));
    expect(client.peerName(lead.id)).toBe("Lead");
  });

  it("a list makes a peer known that could not be found before", async () => {
    const { enricher, client, platform, asked, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 404, body: { error: "workspace not found" } });
    await learn(lead);
    await client.listPeers();
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    expect(asked()).toHaveLength(2);
  });
});

it("a list makes a failure forgotten that is remembered for longer than a record", async () => {
  const options = { enricher: { ttlMs: 1000, failureTtlMs: 60_000 } };
  const { client, clock, platform, asked, peer, learn } = await world(options);
  const lead = peer({ name: "Lead" });
  platform.fail(DISCOVER, { status: 500 }, { times: 1 });
  await learn(lead);
  await client.listPeers();
  await clock.advance(1000);
  await learn(lead);
  expect(asked()).toHaveLength(3);
});

it("a list of the user's answers the questions that wait, without another request", async () => {
  const { enricher, client, clock, platform, events, asked, me, peer } = await world();
  const lead = peer({ name: "Lead" });
  platform.fail(DISCOVER, { status: 429 }, { times: 1 });
  const waiting = enricher.fetch(lead.id);
  await until(() => events.length === 1, "the queue is paused");
  await client.listPeers();
  await clock.advance(1000);
  expect(await waiting).toMatchObject({ name: "Lead", status: "online" });
  expect(asked()).toEqual([discovery(lead), listOf(me)]);
});

describe("several unknown peers of one workspace", () => {
  it("are asked for with one peer list", async () => {
    const { enricher, asked, me, peers } = await world();
    const all = peers(1000);
    for (const { id } of all) expect(enricher.get(id)).toBeNull();
    await enricher.settled();
    for (const { id } of all) expect(enricher.get(id)).toMatchObject({ id, status: "online" });
    expect(asked()).toEqual([listOf(me)]);
  });

  it("are asked for with one list, too, when they are fetched", async () => {
    const { enricher, asked, me, peers } = await world();
    const all = peers(200);
    const records = await Promise.all(all.map(({ id }) => enricher.fetch(id)));
    expect(records.map((record) => record?.id)).toEqual(all.map(({ id }) => id));
    expect(asked()).toEqual([listOf(me)]);
  });

  it("that come while the list is under way are answered by it", async () => {
    const { enricher, platform, asked, me, peers } = await world();
    const all = peers(4);
    const rows = all.map(({ id }) => ({ id, name: "x" }));
    platform.fail(LIST, { status: 200, body: rows, delayMs: 20 });
    for (const { id } of all.slice(0, 2)) enricher.get(id);
    await until(() => asked().length === 1, "the list is asked for");
    for (const { id } of all.slice(2)) enricher.get(id);
    await enricher.settled();
    for (const { id } of all) expect(enricher.get(id)).toMatchObject({ name: "x" });
    expect(asked()).toEqual([listOf(me)]);
  });

  it("are asked for singly where the list does not hold them", async () => {
    const { enricher, asked, me, peer, peers } = await world();
    const [one, two] = peers(2);
    // Two levels down, which a list does not show.
    const below = peer({ parentId: one.id, name: "Grandchild" });
    const wanted = [one, below, two, { id: idOf(1) }];
    for (const each of wanted) enricher.get(each.id);
    await enricher.settled();
    expect(asked()[0]).toBe(listOf(me));
    expect(asked().slice(1).sort()).toEqual([below, { id: idOf(1) }].map(discovery).sort());
    const mine = peer({ parentId: peer({ parentId: me.id }).id });
    expect(enricher.get(mine.id)).toBeNull();
  });

  it("get no second list within the time of a failure", async () => {
    const { enricher, asked, clock, me } = await world();
    const ask = async (from: number) => {
      for (let index = from; index < from + 3; index += 1) enricher.get(idOf(index));
      await enricher.settled();
    };
    const lists = () => asked().filter((path) => path === listOf(me)).length;
    await ask(0);
    expect([lists(), asked().length]).toEqual([1, 4]);
    await clock.advance(FAILURE_TTL_MS - 1);
    await ask(10);
    expect([lists(), asked().length]).toEqual([1, 7]);
    await clock.advance(1);
    await ask(20);
    expect([lists(), asked().length]).toEqual([2, 11]);
  });

  it("are asked for singly when each comes by itself", async () => {
    const { asked, peers, learn } = await world();
    const all = peers(3);
    await learn(...all);
    expect(asked()).toEqual(all.map(discovery));
  });

  it("count stale ones, which keep their old record meanwhile", async () => {
    const { enricher, asked, clock, me, peers, learn } = await world();
    const all = peers(2);
    await learn(...all);
    await clock.advance(TTL_MS);
    for (const { id } of all) expect(enricher.get(id)).not.toBeNull();
    await enricher.settled();
    for (const { id } of all) expect(enricher.get(id)).toMatchObject({ status: "online" });
    expect(asked()).toEqual([...all.map(discovery), listOf(me)]);
  });
});

describe("a peer list that fails", () => {
  async function twoUnknown(fault: Parameters<Awaited<ReturnType<typeof world>>["platform"]["fail"]>[1]) {
    const made = await world();
    const all = made.peers(2);
    const askBoth = () => all.map(({ id }) => made.enricher.get(id));
    const lists = () => made.asked().filter((path) => path === listOf(made.me)).length;
    made.platform.fail(LIST, fault, { times: 1 });
    askBoth();
    return { ...made, all, askBoth, lists };
  }

  it("because it hangs is given up after 2 s, and its peers are left alone for a while", async () => {
    const { enricher, clock, asked, events, me, askBoth } = await twoUnknown({ kind: "stall" });
    await until(() => asked().length === 1, "the list is asked for");
    await clock.advance(ENRICH_MS);
    await enricher.settled();
    expect(events).toMatchObject([{ type: "enricher.failed", workspaceId: me.id, code: "timeout" }]);
    expect(events[0]).not.toHaveProperty("peerId");
    await clock.advance(FAILURE_TTL_MS - 1);
    expect(askBoth()).toEqual([null, null]);
    await quiet();
    expect(asked()).toHaveLength(1);
    await clock.advance(1);
    askBoth();
    await enricher.settled();
    expect(asked()).toEqual([listOf(me), listOf(me)]);
    expect(askBoth()).not.toContain(null);
  });

  it.each([{ status: 500 }, { kind: "reset" }, { status: 404, body: "<html>" }] as const)(
    "because of %o leaves its peers alone for a while",
    async (fault) => {
      const { enricher, clock, asked, me, askBoth } = await twoUnknown(fault);
      await enricher.settled();
      await clock.advance(FAILURE_TTL_MS - 1);
      expect(askBoth()).toEqual([null, null]);
      await quiet();
      expect(asked()).toEqual([listOf(me)]);
      await clock.advance(1);
      askBoth();
      await enricher.settled();
      expect(askBoth()).not.toContain(null);
    },
  );

  it.each([
    { status: 403, body: { error: "not authorized" } },
    { status: 404, body: { error: "workspace not found" } },
    { status: 400, body: { error: "no" } },
    { kind: "html" },
  ] as const)("because of %o makes way for single questions, and is not tried again soon", async (fault) => {
    const { enricher, clock, peers, askBoth, lists } = await twoUnknown(fault);
    await enricher.settled();
    expect(askBoth()).not.toContain(null);
    for (const { id } of peers(2)) enricher.get(id);
    await enricher.settled();
    expect(lists()).toBe(1);
    await clock.advance(FAILURE_TTL_MS);
    for (const { id } of peers(2)) enricher.get(id);
    await enricher.settled();
    expect(lists()).toBe(2);
  });

  it("because it is too large makes way for single questions", async () => {
    const { enricher, platform, asked, peer } = await world({ limits: { responseBytes: 4096 } });
    const wanted = [peer({ name: "One" }), peer({ name: "Two" })];
    const rows = Array.from({ length: 500 }, (_, index) => ({ id: idOf(index) }));
    platform.fail(LIST, { status: 200, body: rows });
    for (const { id } of wanted) enricher.get(id);
    await enricher.settled();
    expect(wanted.map(({ id }) => enricher.get(id)?.name)).toEqual(["One", "Two"]);
    expect(asked()).toHaveLength(3);
  });

  it("because of a refused token teaches nothing: the next calls ask again", async () => {
    const fault = { status: 401, body: { error: "invalid workspace auth token" } };
    const { enricher, asked, me, askBoth } = await twoUnknown(fault);
    await enricher.settled();
    expect(askBoth()).toEqual([null, null]);
    await enricher.settled();
    expect(askBoth()).not.toContain(null);
    expect(asked()).toEqual([listOf(me), listOf(me)]);
  });

  it("because of a rate limit is asked for again after the pause, without another call", async () => {
    const fault = { status: 429, headers: { "retry-after": "3" }, body: { error: "slow down" } };
    const { enricher, clock, asked, events, me, askBoth } = await twoUnknown(fault);
    await until(() => events.length === 1, "the limit is known");
    await clock.advance(2999);
    await quiet();
    expect(enricher.stats()).toMatchObject({ queued: 2, inFlight: 0 });
    expect(asked()).toHaveLength(1);
    await clock.advance(1);
    await enricher.settled();
    expect(asked()).toEqual([listOf(me), listOf(me)]);
    expect(askBoth()).not.toContain(null);
  });

  it.each([{ status: 500 }, { status: 401, body: { error: "no" } }, { kind: "stall" }] as const)(
    "because of %o tells those who wait what is known",
    async (fault) => {
      const { enricher, clock, asked, all } = await twoUnknown(fault);
      const waiting = all.map(({ id }) => enricher.fetch(id));
      await until(() => asked().length === 1, "the list is asked for");
      await clock.advance(ENRICH_MS);
      expect(await Promise.all(waiting)).toEqual([null, null]);
    },
  );
});
