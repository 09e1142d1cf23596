import { describe, expect, it } from "vitest";
import { until } from "../../helpers/sockets-client";
import {
  answerWith,
  DISCOVER,
  discovery,
  idOf,
  LIST,
  listOf,
  quiet,
  TTL_MS,
  world,
  worldOfTwo,
} from "./world";

describe("the memory of peers", () => {
  it("never holds more than `maxPeers`, also after a long list", async () => {
    const { enricher, client, peers, learn } = await world({ enricher: { maxPeers: 3 } });
    const all = peers(8);
    for (const [index, peer] of all.entries()) {
      await learn(peer);
      expect(enricher.stats().cached).toBe(Math.min(index + 1, 3));
    }
    await client.listPeers();
    expect(enricher.stats().cached).toBe(3);
  });

  it("holds 1,024 peers unless told otherwise, and drops the one that was not used for longest", async () => {
    const { enricher, asked, platform, client } = await world();
    const rows = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ id: idOf(from + index), name: "x" }));
    platform.fail(LIST, { status: 200, body: rows(0, 1024) }, { times: 1 });
    platform.fail(LIST, { status: 200, body: rows(1024, 1025) }, { times: 1 });
    await client.listPeers();
    expect(enricher.stats().cached).toBe(1024);
    expect(enricher.get(idOf(0))).not.toBeNull();
    await client.listPeers();
    expect(enricher.stats().cached).toBe(1024);
    expect(enricher.get(idOf(0))).not.toBeNull();
    expect(enricher.get(idOf(2))).not.toBeNull();
    expect(asked()).toHaveLength(2);
    expect(enricher.get(idOf(1))).toBeNull();
  });

  it("takes a read for a use: the peer read last outlives the one learnt later", async () => {
    const { enricher, asked, peers, learn } = await world({ enricher: { maxPeers: 2 } });
    const [one, two, three] = peers(3);
    await learn(one, two);
    enricher.get(one.id);
    await learn(three);
    expect(enricher.get(one.id)).not.toBeNull();
    expect(enricher.get(three.id)).not.toBeNull();
    expect(enricher.get(two.id)).toBeNull();
    await enricher.settled();
    expect(asked().map((path) => path.slice(-36))).toEqual([one.id, two.id, three.id, two.id]);
  });

  it("replaces a record in place", async () => {
    const { enricher, platform, clock, peer, learn } = await world();
    const lead = peer();
    await learn(lead);
    await clock.advance(TTL_MS);
    answerWith(platform, { id: lead.id, name: "Chief" });
    await learn(lead);
    expect(enricher.stats().cached).toBe(1);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Chief" });
  });

  it("does not lose a good record to a flood of ids that lead nowhere", async () => {
    const { enricher, peer, learn } = await world({ enricher: { maxPeers: 4 } });
    const lead = peer({ name: "Lead" });
    await learn(lead);
    for (let index = 0; index < 20; index += 1) await learn({ id: idOf(index) });
    expect(enricher.stats().cached).toBe(1);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("keeps what was asked for of a list that is longer than the memory", async () => {
    const { enricher, asked, me, peers } = await world({ enricher: { maxPeers: 2 } });
    const [first, second] = peers(2);
    peers(8);
    enricher.get(first.id);
    enricher.get(second.id);
    await enricher.settled();
    expect(enricher.get(first.id)).toMatchObject({ id: first.id, status: "online" });
    expect(enricher.get(second.id)).toMatchObject({ id: second.id, status: "online" });
    expect(asked()).toEqual([listOf(me)]);
  });
});

describe("several workspaces", () => {
  it("have a record each of the same peer", async () => {
    const { enricher, platform, me, second } = await worldOfTwo();
    const id = idOf(1);
    answerWith(platform, { id, name: "to me" });
    answerWith(platform, { id, name: "to second" });
    enricher.get(id, { source: me.id });
    await enricher.settled();
    enricher.get(id, { source: second.id });
    await enricher.settled();
    expect(enricher.get(id, { source: me.id })).toMatchObject({ name: "to me" });
    expect(enricher.get(id, { source: ` ${second.id.toUpperCase()} ` })).toMatchObject({ name: "to second" });
    expect(enricher.stats().cached).toBe(2);
    expect(platform.requests.map(({ headers }) => headers)).toMatchObject([
      { "x-workspace-id": me.id, authorization: `Bearer ${me.token}` },
      { "x-workspace-id": second.id, authorization: `Bearer ${second.token}` },
    ]);
  });

  it("do not blind each other by a refusal", async () => {
    const { enricher, asked, me, second, peerOfSecond } = await worldOfTwo();
    const { id } = peerOfSecond({ name: "Hidden" });
    enricher.get(id, { source: me.id });
    await enricher.settled();
    expect(enricher.get(id, { source: second.id })).toBeNull();
    await enricher.settled();
    expect(enricher.get(id, { source: second.id })).toMatchObject({ name: "Hidden" });
    expect(enricher.get(id, { source: me.id })).toBeNull();
    await quiet();
    expect(asked()).toEqual([discovery({ id }), discovery({ id })]);
  });

  it("ask as the default workspace unless a peer list has shown the way", async () => {
    const { enricher, client, platform, me, second, peerOfSecond } = await worldOfTwo();
    const [unlisted, listed] = [peerOfSecond(), peerOfSecond({ name: "Listed" })];
    enricher.get(unlisted.id);
    await enricher.settled();
    await client.listPeers({ source: second.id });
    expect(enricher.get(listed.id)).toMatchObject({ name: "Listed" });
    expect(platform.requests.map(({ headers }) => headers["x-workspace-id"])).toEqual([me.id, second.id]);
  });

  it("ask again over the default workspace once the route was refused", async () => {
    const { enricher, client, platform, clock, me, second, peerOfSecond } = await worldOfTwo();
    const { id } = peerOfSecond();
    await client.listPeers({ source: second.id });
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { status: 404, body: { error: "workspace not found" } }, { times: 1 });
    enricher.get(id);
    await enricher.settled();
    enricher.get(id);
    await enricher.settled();
    const askers = platform.requests.map(({ headers }) => headers["x-workspace-id"]);
    expect(askers).toEqual([second.id, second.id, me.id]);
  });

  it("answer null for a workspace that is not theirs, without a request", async () => {
    const { enricher, asked, peer } = await worldOfTwo();
    const { id } = peer();
    expect(enricher.get(id, { source: id })).toBeNull();
    expect(enricher.get(id, { source: "not a workspace" })).toBeNull();
    await quiet();
    expect(asked()).toEqual([]);
  });

  it("cannot be reached by a text that is no id", async () => {
    const { enricher, me, second, peerOfSecond } = await worldOfTwo();
    const { id } = peerOfSecond({ name: "Hidden" });
    await enricher.fetch(id, { source: second.id });
    for (const text of [
      `${id} of ${second.id}`,
      `${second.id}:${id}`,
      `${second.id}/${id}`,
      `${id}${second.id}`,
    ]) {
      expect(enricher.get(text)).toBeNull();
      expect(enricher.get(text, { source: me.id })).toBeNull();
    }
  });

  it("get a peer list each, side by side", async () => {
    const { enricher, platform, asked, me, second, peers, peerOfSecond } = await worldOfTwo();
    const [one, two] = [peers(2), [peerOfSecond(), peerOfSecond()]];
    platform.fail(LIST, { kind: "stall" }, { times: 2 });
    for (const { id } of one) enricher.get(id, { source: me.id });
    for (const { id } of two) enricher.get(id, { source: second.id });
    await until(() => asked().length === 2, "both lists are asked for");
    expect(asked().sort()).toEqual([listOf(me), listOf(second)].sort());
    expect(enricher.stats()).toMatchObject({ queued: 4, inFlight: 2 });
  });

  it("forget a peer in all of them", async () => {
    const { enricher, client, me, second, peer } = await worldOfTwo();
    const { id } = peer({ parentId: me.id });
    await client.listPeers();
    enricher.get(id, { source: second.id });
    await enricher.settled();
    enricher.invalidate(id.toUpperCase());
    expect(enricher.stats().cached).toBe(0);
    expect(enricher.get(id, { source: me.id })).toBeNull();
  });
});
