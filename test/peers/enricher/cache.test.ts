import { describe, expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { until } from "../../helpers/sockets-client";
import { FAILURE_TTL_MS, TTL_MS } from "./limits";
import {
  DISCOVER,
  discoveryPath,
  flushSockets,
  LIST,
  listPath,
  respondWith,
  setUp,
  setUpTwoWorkspaces,
} from "./setup";

describe("the cache of peers", () => {
  it("never holds more than `maxPeers` records, not even after a longer list", async () => {
    const { enricher, client, addPeers, load } = await setUp({ enricher: { maxPeers: 3 } });
    const all = addPeers(8);
    for (const [index, peer] of all.entries()) {
      await load(peer);
      expect(enricher.stats().cached).toBe(Math.min(index + 1, 3));
    }
    await client.listPeers();
    expect(enricher.stats().cached).toBe(3);
  });

  it("holds the last records of a longer list", async () => {
    const { enricher, client, platform } = await setUp({ enricher: { maxPeers: 3 } });
    const body = Array.from({ length: 8 }, (_, index) => ({ id: numberedId(index), name: `Peer ${index}` }));
    platform.fail(LIST, { status: 200, body }, { times: 1 });
    await client.listPeers();
    const held = body.map(({ id }) => enricher.get(id)?.name ?? "none");
    expect(held).toEqual(["none", "none", "none", "none", "none", "Peer 5", "Peer 6", "Peer 7"]);
  });

  it("holds 1,024 records by default, and evicts the least recently used one", async () => {
    const { enricher, requestPaths, platform, client } = await setUp();
    const rows = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ id: numberedId(from + index), name: "x" }));
    platform.fail(LIST, { status: 200, body: rows(0, 1024) }, { times: 1 });
    platform.fail(LIST, { status: 200, body: rows(1024, 1025) }, { times: 1 });
    await client.listPeers();
    expect(enricher.stats().cached).toBe(1024);
    expect(enricher.get(numberedId(0))).not.toBeNull();
    await client.listPeers();
    expect(enricher.stats().cached).toBe(1024);
    expect(enricher.get(numberedId(0))).not.toBeNull();
    expect(enricher.get(numberedId(2))).not.toBeNull();
    expect(requestPaths()).toHaveLength(2);
    expect(enricher.get(numberedId(1))).toBeNull();
  });

  it("counts a read as a use", async () => {
    const { enricher, requestPaths, addPeers, load } = await setUp({ enricher: { maxPeers: 2 } });
    const [one, two, three] = addPeers(3);
    await load(one, two);
    enricher.get(one.id);
    await load(three);
    expect(enricher.get(one.id)).not.toBeNull();
    expect(enricher.get(three.id)).not.toBeNull();
    expect(enricher.get(two.id)).toBeNull();
    await enricher.settled();
    expect(requestPaths().map((path) => path.slice(-36))).toEqual([one.id, two.id, three.id, two.id]);
  });

  it("replaces a record in place", async () => {
    const { enricher, platform, clock, addPeer, load } = await setUp();
    const lead = addPeer();
    await load(lead);
    await clock.advance(TTL_MS);
    respondWith(platform, { id: lead.id, name: "Chief" });
    await load(lead);
    expect(enricher.stats().cached).toBe(1);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Chief" });
  });

  it("does not evict a good record for ids that do not exist", async () => {
    const { enricher, addPeer, load } = await setUp({ enricher: { maxPeers: 4 } });
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    for (let index = 0; index < 20; index += 1) await load({ id: numberedId(index) });
    expect(enricher.stats().cached).toBe(1);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("keeps the requested peers of a list that is longer than the cache", async () => {
    const { enricher, requestPaths, me, addPeers } = await setUp({ enricher: { maxPeers: 2 } });
    const [first, second] = addPeers(2);
    addPeers(8);
    enricher.get(first.id);
    enricher.get(second.id);
    await enricher.settled();
    expect(enricher.get(first.id)).toMatchObject({ id: first.id, status: "online" });
    expect(enricher.get(second.id)).toMatchObject({ id: second.id, status: "online" });
    expect(requestPaths()).toEqual([listPath(me)]);
  });
});

describe("several workspaces", () => {
  it("have a record each of the same peer", async () => {
    const { enricher, platform, me, second } = await setUpTwoWorkspaces();
    const id = numberedId(1);
    respondWith(platform, { id, name: "to me" });
    respondWith(platform, { id, name: "to second" });
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

  it("do not share a remembered failure", async () => {
    const { enricher, requestPaths, me, second, addPeerOfSecond } = await setUpTwoWorkspaces();
    const { id } = addPeerOfSecond({ name: "Hidden" });
    enricher.get(id, { source: me.id });
    await enricher.settled();
    expect(enricher.get(id, { source: second.id })).toBeNull();
    await enricher.settled();
    expect(enricher.get(id, { source: second.id })).toMatchObject({ name: "Hidden" });
    expect(enricher.get(id, { source: me.id })).toBeNull();
    await flushSockets();
    expect(requestPaths()).toEqual([discoveryPath({ id }), discoveryPath({ id })]);
  });

  it("request as the default workspace, or over the route that a peer list has shown", async () => {
    const { enricher, client, requests, me, second, addPeerOfSecond } = await setUpTwoWorkspaces();
    const [unlisted, listed] = [addPeerOfSecond(), addPeerOfSecond({ name: "Listed" })];
    enricher.get(unlisted.id);
    await enricher.settled();
    await client.listPeers({ source: second.id });
    expect(enricher.get(listed.id)).toMatchObject({ name: "Listed" });
    expect(requests().map(({ headers }) => headers["x-workspace-id"])).toEqual([me.id, second.id]);
  });

  it("request as the default workspace again once the route was refused", async () => {
    const { enricher, client, requests, platform, clock, me, second, addPeerOfSecond } =
      await setUpTwoWorkspaces();
    const { id } = addPeerOfSecond();
    await client.listPeers({ source: second.id });
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { status: 404, body: { error: "workspace not found" } }, { times: 1 });
    enricher.get(id);
    await enricher.settled();
    enricher.get(id);
    await enricher.settled();
    const sources = requests().map(({ headers }) => headers["x-workspace-id"]);
    expect(sources).toEqual([second.id, second.id, me.id]);
  });

  it("keep a route that was refused while the platform could not read its database", async () => {
    const { enricher, client, requests, platform, clock, second, addPeerOfSecond } =
      await setUpTwoWorkspaces();
    const { id } = addPeerOfSecond();
    await client.listPeers({ source: second.id });
    await clock.advance(TTL_MS);
    const refusal = { status: 403, body: { error: "not authorized to discover this workspace" } };
    platform.fail(DISCOVER, refusal, { times: 1 });
    platform.fail("GET /workspaces/:id", { status: 500, body: { error: "query failed" } }, { times: 1 });
    enricher.get(id);
    await enricher.settled();
    await clock.advance(FAILURE_TTL_MS);
    enricher.get(id);
    await enricher.settled();
    const sources = requests().map(({ headers }) => headers["x-workspace-id"]);
    expect(sources).toEqual([second.id, second.id, second.id]);
  });

  it("return null without a request for a workspace of another client", async () => {
    const { enricher, requestPaths, addPeer } = await setUpTwoWorkspaces();
    const { id } = addPeer();
    expect(enricher.get(id, { source: id })).toBeNull();
    expect(enricher.get(id, { source: "not a workspace" })).toBeNull();
    await flushSockets();
    expect(requestPaths()).toEqual([]);
  });

  it("cannot be reached by an argument that is no id", async () => {
    const { enricher, me, second, addPeerOfSecond } = await setUpTwoWorkspaces();
    const { id } = addPeerOfSecond({ name: "Hidden" });
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

  it("get a peer list each, in parallel", async () => {
    const { enricher, platform, requestPaths, me, second, addPeers, addPeerOfSecond } =
      await setUpTwoWorkspaces();
    const [one, two] = [addPeers(2), [addPeerOfSecond(), addPeerOfSecond()]];
    platform.fail(LIST, { kind: "stall" }, { times: 2 });
    for (const { id } of one) enricher.get(id, { source: me.id });
    for (const { id } of two) enricher.get(id, { source: second.id });
    await until(() => requestPaths().length === 2, "both lists are requested");
    expect(requestPaths().sort()).toEqual([listPath(me), listPath(second)].sort());
    expect(enricher.stats()).toMatchObject({ queued: 4, inFlight: 2 });
  });

  it("all lose a peer that is invalidated", async () => {
    const { enricher, client, me, second, addPeer } = await setUpTwoWorkspaces();
    const { id } = addPeer({ parentId: me.id });
    await client.listPeers();
    enricher.get(id, { source: second.id });
    await enricher.settled();
    enricher.invalidate(id.toUpperCase());
    expect(enricher.stats().cached).toBe(0);
    expect(enricher.get(id, { source: me.id })).toBeNull();
  });
});
