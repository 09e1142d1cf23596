import { setTimeout as sleep } from "node:timers/promises";
import type { FaultKind } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { ENRICH_MS, TTL_MS } from "./limits";
import { DISCOVER, setUp } from "./setup";

// All but those that take long, and those that a client may accept as a response.
const KINDS: readonly FaultKind[] = [
  "refuse",
  "reset-on-accept",
  "close-on-accept",
  "banner",
  "reset-head",
  "reset-upload",
  "close-upload",
  "stall-upload",
  "early-413",
  "reset",
  "close",
  "stall",
  "cut-head",
  "cut-head-reset",
  "stall-head",
  "drip-head",
  "cut",
  "cut-reset",
  "cut-chunked",
  "cut-chunked-reset",
  "cut-close-delimited",
  "bad-chunk",
  "stall-body",
  "drip",
  "extra-bytes",
  "huge",
  "huge-chunked",
  "cut-gzip",
  "garbage-gzip",
  "garbage",
  "garbage-json",
  "empty",
  "html",
  "redirect",
  "http2",
  "http09",
  "dup-length",
  "length-and-chunked",
  "big-header",
  "bad-header",
  "lf-only",
  "unasked-101",
  "continue",
  "continue-flood",
  "early-hints",
];

describe("a background request that fails", () => {
  it.each(KINDS)("because of %s frees its worker", async (kind) => {
    const { enricher, platform, clock, addPeer, load } = await setUp({
      enricher: { workers: 1 },
      limits: { responseBytes: 65_536 },
    });
    const lead = addPeer({ name: "Lead" });
    platform.fail(DISCOVER, { kind }, { times: 1 });
    expect(enricher.get(lead.id)).toBeNull();
    await Promise.race([enricher.settled(), sleep(30)]);
    await clock.advance(ENRICH_MS);
    await enricher.settled();
    expect(enricher.stats()).toMatchObject({ cached: 0, queued: 0, inFlight: 0 });

    if (kind === "refuse") platform.fail(DISCOVER, { kind }, { times: 0 });
    await clock.advance(TTL_MS);
    await load(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it.each([200, 204, 301, 304, 400, 401, 402, 404, 408, 409, 413, 418, 500, 502, 503, 504, 999])(
    "with a %i frees its worker",
    async (status) => {
      const { enricher, platform, clock, addPeer, load } = await setUp({ enricher: { workers: 1 } });
      const lead = addPeer({ name: "Lead" });
      platform.fail(DISCOVER, { status }, { times: 1 });
      await load(lead);
      expect(enricher.get(lead.id)).toBeNull();
      await enricher.settled();
      await clock.advance(TTL_MS);
      await load(lead);
      expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
    },
  );

  it("while the event hook throws frees its worker", async () => {
    const { enricher, platform, clock, addPeer, load } = await setUp({
      onEvent: () => {
        throw new Error("the hook is broken");
      },
    });
    const lead = addPeer({ name: "Lead" });
    platform.fail(DISCOVER, { status: 500 }, { times: 1 });
    await load(lead);
    await clock.advance(TTL_MS);
    await load(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });

  it("because of its token source frees its worker", async () => {
    let broken = true;
    const { enricher, clock, me, addPeer, load } = await setUp({
      token: () => {
        if (broken) throw new Error("no token today");
        return me.token ?? undefined;
      },
    });
    const lead = addPeer({ name: "Lead" });
    await load(lead);
    expect(enricher.stats()).toMatchObject({ cached: 0, inFlight: 0 });
    broken = false;
    await clock.advance(TTL_MS);
    await load(lead);
    expect(enricher.get(lead.id)).toMatchObject({ name: "Lead" });
  });
});
