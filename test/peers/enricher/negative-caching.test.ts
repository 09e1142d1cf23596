import { describe, expect, it } from "vitest";
import { FAILURE_TTL_MS, TTL_MS } from "./limits";
import { DISCOVER, flushSockets, setUp } from "./setup";

describe("a failed request", () => {
  const UNKNOWN = { status: 404, body: { error: "workspace not found" } };
  const MALFORMED = { status: 200, body: [] };
  const REMOVED = { status: 410, body: { error: "workspace removed" } };

  it.each([
    { what: "a peer that does not exist", fault: UNKNOWN, code: "peer_not_found", rememberedMs: TTL_MS },
    { what: "a peer that was removed", fault: REMOVED, code: "workspace_removed", rememberedMs: TTL_MS },
    { what: "a response that is no record", fault: MALFORMED, code: "bad_response", rememberedMs: TTL_MS },
    { what: "a reset connection", fault: { kind: "reset" }, code: "network", rememberedMs: FAILURE_TTL_MS },
    { what: "a 500", fault: { status: 500 }, code: "platform_error", rememberedMs: FAILURE_TTL_MS },
    { what: "a 503", fault: { status: 503 }, code: "platform_error", rememberedMs: FAILURE_TTL_MS },
  ] as const)(
    "because of $what is not repeated for $rememberedMs ms",
    async ({ fault, code, rememberedMs }) => {
      const { enricher, requestPaths, events, platform, clock, me, addPeer, load } = await setUp();
      const lead = addPeer({ name: "Lead" });
      platform.fail(DISCOVER, fault, { times: 1 });
      await load(lead);
      expect(events).toMatchObject([
        { type: "enricher.failed", workspaceId: me.id, peerId: lead.id, code, reason: expect.any(String) },
      ]);

      await clock.advance(rememberedMs - 1);
      for (let call = 0; call < 10; call += 1) expect(enricher.get(lead.id)).toBeNull();
      await enricher.settled();
      expect(requestPaths()).toHaveLength(1);

      await clock.advance(1);
      await load(lead);
      expect(requestPaths()).toHaveLength(2);
      expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    },
  );

  it("for a peer that was refused during an outage is remembered as a failure of the platform", async () => {
    const { enricher, events, clock, load, platform, addPeer, me } = await setUp();
    const lead = addPeer({ name: "Lead" });
    const refusal = { status: 403, body: { error: "not authorized to discover this workspace" } };
    platform.fail(DISCOVER, refusal, { times: 1 });
    platform.fail("GET /workspaces/:id", { status: 500, body: { error: "query failed" } }, { times: 1 });
    await load(lead);
    expect(events).toMatchObject([{ workspaceId: me.id, peerId: lead.id, code: "platform_error" }]);
    await clock.advance(FAILURE_TTL_MS);
    await load(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("for a peer this workspace may not see is not repeated for `ttlMs`", async () => {
    const { enricher, requestPaths, clock, load, platform } = await setUp();
    const stranger = platform.addWorkspace({ parentId: "deadbeef-0000-4000-8000-00000000beef" });
    await load(stranger, stranger);
    await clock.advance(TTL_MS - 1);
    expect(enricher.get(stranger.id)).toBeNull();
    await flushSockets();
    expect(requestPaths()).toHaveLength(1);
    await clock.advance(1);
    await load(stranger);
    expect(requestPaths()).toHaveLength(2);
  });

  it("because of a refused token is not remembered", async () => {
    const { enricher, requestPaths, events, me, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    const good = me.token;
    me.setToken("rotated-away");
    await load(lead, lead);
    expect(events).toMatchObject([{ code: "unauthorized" }, { code: "unauthorized" }]);
    me.setToken(good);
    await load(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    expect(requestPaths()).toHaveLength(3);
  });

  it.each([
    { what: "a 404", fault: UNKNOWN, rememberedMs: TTL_MS },
    { what: "a 403", fault: { status: 403, body: { error: "not authorized" } }, rememberedMs: TTL_MS },
    { what: "a reset", fault: { kind: "reset" }, rememberedMs: FAILURE_TTL_MS },
    { what: "a 500", fault: { status: 500 }, rememberedMs: FAILURE_TTL_MS },
    { what: "a 401", fault: { status: 401, body: { error: "invalid token" } }, rememberedMs: 0 },
    { what: "no JSON", fault: { kind: "html" }, rememberedMs: TTL_MS },
  ] as const)("to refresh a record keeps the cached record after $what", async ({ fault, rememberedMs }) => {
    const { enricher, requestPaths, platform, clock, addPeer, load } = await setUp();
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, fault, { times: 1 });
    await load(lead);
    expect(requestPaths()).toHaveLength(2);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    await enricher.settled();
    expect(requestPaths()).toHaveLength(rememberedMs === 0 ? 3 : 2);

    await clock.advance(rememberedMs);
    await load(lead);
    expect(requestPaths()).toHaveLength(3);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });
});
