import { describe, expect, it, vi } from "vitest";
import { until } from "../../helpers/sockets-client";
import { answerWith, DISCOVER, discovery, FAILURE_TTL_MS, quiet, TTL_MS, world } from "./world";

describe("get of what is no peer id", () => {
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

  it("answers null, throws nothing and asks nothing", async () => {
    const { enricher, asked } = await world();
    for (const garbage of GARBAGE) expect(enricher.get(garbage as string)).toBeNull();
    await enricher.settled();
    await quiet();
    expect(asked()).toEqual([]);
    expect(enricher.stats()).toMatchObject({ hits: 0, misses: 0, queued: 0, inFlight: 0 });
  });

  it("answers null for options of any shape, too", async () => {
    const { enricher, asked, peer } = await world();
    const { id } = peer();
    for (const garbage of GARBAGE) {
      expect(enricher.get("x", garbage as { source?: string })).toBeNull();
    }
    const blank: readonly unknown[] = [undefined, "", " "];
    for (const garbage of GARBAGE.filter((each) => !blank.includes(each))) {
      expect(enricher.get(id, { source: garbage as string })).toBeNull();
    }
    const trap = new Proxy({}, { get: () => expect.fail("was read") });
    expect(enricher.get(id, trap)).toBeNull();
    await quiet();
    expect(asked()).toEqual([]);
  });
});

describe("get", () => {
  it("takes a blank source for none, as `fetch` does", async () => {
    const { enricher, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    await learn(lead);
    expect(enricher.get(lead.id, { source: " " })).toMatchObject({ name: "Lead" });
    expect(await enricher.fetch(lead.id, { source: " " })).toMatchObject({ name: "Lead" });
  });

  it("answers null for an unknown peer, asks once in the background, and knows it afterwards", async () => {
    const { enricher, asked, peer } = await world();
    const lead = peer({ name: "Lead" });
    expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ id: lead.id, name: "Lead" });
    expect(asked()).toEqual([discovery(lead)]);
  });

  it("takes an id in any case and with white space around it for the same peer", async () => {
    const { enricher, asked, peer, learn } = await world();
    const lead = peer();
    await learn({ id: ` ${lead.id.toUpperCase()}\n` });
    const record = enricher.get(lead.id);
    expect(record).toMatchObject({ id: lead.id });
    expect(enricher.get(`\t${lead.id.toUpperCase()}`)).toBe(record);
    expect(asked()).toEqual([discovery(lead)]);
  });

  it("answers the same record while it is fresh, and passes unknown fields through", async () => {
    const { enricher, platform, asked, peer, learn } = await world();
    const { id } = peer();
    const record = { id, name: "Lead", x_new: { deep: [1] } };
    answerWith(platform, record);
    await learn({ id });
    const first = enricher.get(id);
    expect(first).toEqual(record);
    for (let call = 0; call < 10; call += 1) expect(enricher.get(id)).toBe(first);
    expect(asked()).toHaveLength(1);
  });

  it("asks in the name of the own workspace, with its token", async () => {
    const { platform, me, peer, learn } = await world();
    await learn(peer());
    expect(platform.requests[0]).toMatchObject({
      method: "GET",
      headers: { "x-workspace-id": me.id, authorization: `Bearer ${me.token}` },
    });
  });

  it("keeps a record fresh until its time is over, not at that moment", async () => {
    const { enricher, asked, clock, peer, learn } = await world();
    const lead = peer();
    await learn(lead);
    await clock.advance(TTL_MS - 1);
    enricher.get(lead.id);
    await enricher.settled();
    expect(asked()).toHaveLength(1);
    await clock.advance(1);
    enricher.get(lead.id);
    await enricher.settled();
    expect(asked()).toHaveLength(2);
  });

  it("counts the time from the answer, not from the question", async () => {
    const { enricher, asked, platform, clock, peer } = await world({ timeouts: { enrichMs: 60_000 } });
    const lead = peer();
    platform.fail(DISCOVER, { status: 200, body: { id: lead.id, name: "Lead" }, delayMs: 60 }, { times: 1 });
    enricher.get(lead.id);
    await until(() => asked().length === 1, "the question is there");
    await clock.advance(50_000);
    await enricher.settled();
    await clock.advance(TTL_MS - 1);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    await quiet();
    expect(asked()).toHaveLength(1);
  });

  it("answers the old record of a stale peer while exactly one refresh runs", async () => {
    const { enricher, asked, platform, clock, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    await learn(lead);
    await clock.advance(TTL_MS);
    answerWith(platform, { id: lead.id, name: "Chief" });
    for (let call = 0; call < 20; call += 1) expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    await enricher.settled();
    expect(enricher.get(lead.id)).toMatchObject({ name: "Chief" });
    expect(asked()).toHaveLength(2);
  });

  it.each([
    { jump: "forward", years: 10 },
    { jump: "back", years: -10 },
  ])("does not mind when the wall clock jumps $jump", async ({ years }) => {
    const { enricher, asked, clock, peer, learn } = await world();
    const lead = peer();
    await learn(lead);
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      vi.setSystemTime(Date.now() + years * 365 * 86_400_000);
      await clock.advance(TTL_MS - 1);
      expect(enricher.get(lead.id)).not.toBeNull();
      await quiet();
      expect(asked()).toHaveLength(1);
      await clock.advance(1);
      enricher.get(lead.id);
      await enricher.settled();
      expect(asked()).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a failed question", () => {
  const UNKNOWN = { status: 404, body: { error: "workspace not found" } };
  const MALFORMED = { status: 200, body: [] };
  const REMOVED = { status: 410, body: { error: "workspace removed" } };

  it.each([
    { what: "a peer that does not exist", fault: UNKNOWN, code: "peer_not_found", quietMs: TTL_MS },
    { what: "a peer that was removed", fault: REMOVED, code: "workspace_removed", quietMs: TTL_MS },
    { what: "an answer that is no record", fault: MALFORMED, code: "bad_response", quietMs: TTL_MS },
    { what: "a broken connection", fault: { kind: "reset" }, code: "network", quietMs: FAILURE_TTL_MS },
    { what: "a 500", fault: { status: 500 }, code: "platform_error", quietMs: FAILURE_TTL_MS },
    { what: "a 503", fault: { status: 503 }, code: "platform_error", quietMs: FAILURE_TTL_MS },
  ] as const)("because of $what, is not repeated for $quietMs ms", async ({ fault, code, quietMs }) => {
    const { enricher, asked, events, platform, clock, me, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    platform.fail(DISCOVER, fault, { times: 1 });
    await learn(lead);
    expect(events).toMatchObject([
      { type: "enricher.failed", workspaceId: me.id, peerId: lead.id, code, reason: expect.any(String) },
    ]);

    await clock.advance(quietMs - 1);
    for (let call = 0; call < 10; call += 1) expect(enricher.get(lead.id)).toBeNull();
    await enricher.settled();
    expect(asked()).toHaveLength(1);

    await clock.advance(1);
    await learn(lead);
    expect(asked()).toHaveLength(2);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("for a peer this workspace may not see is not repeated for the whole time", async () => {
    const { enricher, asked, clock, learn, platform } = await world();
    const stranger = platform.addWorkspace({ parentId: "deadbeef-0000-4000-8000-00000000beef" });
    await learn(stranger, stranger);
    await clock.advance(TTL_MS - 1);
    expect(enricher.get(stranger.id)).toBeNull();
    await quiet();
    expect(asked()).toHaveLength(1);
    await clock.advance(1);
    await learn(stranger);
    expect(asked()).toHaveLength(2);
  });

  it("because of a refused token teaches nothing about the peer", async () => {
    const { enricher, asked, events, me, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    const good = me.token;
    me.setToken("rotated-away");
    await learn(lead, lead);
    expect(events).toMatchObject([{ code: "unauthorized" }, { code: "unauthorized" }]);
    me.setToken(good);
    await learn(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    expect(asked()).toHaveLength(3);
  });

  it.each([
    { what: "a 404", fault: UNKNOWN, quietMs: TTL_MS },
    { what: "a refusal", fault: { status: 403, body: { error: "not authorized" } }, quietMs: TTL_MS },
    { what: "a reset", fault: { kind: "reset" }, quietMs: FAILURE_TTL_MS },
    { what: "a 500", fault: { status: 500 }, quietMs: FAILURE_TTL_MS },
    { what: "a 401", fault: { status: 401, body: { error: "invalid token" } }, quietMs: 0 },
    { what: "no JSON", fault: { kind: "html" }, quietMs: TTL_MS },
  ] as const)("to refresh a record, by $what, keeps the good record", async ({ fault, quietMs }) => {
    const { enricher, asked, platform, clock, peer, learn } = await world();
    const lead = peer({ name: "Lead" });
    await learn(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, fault, { times: 1 });
    await learn(lead);
    expect(asked()).toHaveLength(2);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    await enricher.settled();
    expect(asked()).toHaveLength(quietMs === 0 ? 3 : 2);

    await clock.advance(quietMs);
    await learn(lead);
    expect(asked()).toHaveLength(3);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });
});
