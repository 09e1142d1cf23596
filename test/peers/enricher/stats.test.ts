import { settle } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { until } from "../../helpers/sockets-client";
import { ENRICH_MS, TTL_MS } from "./limits";
import { DISCOVER, setUp } from "./setup";

describe("stats", () => {
  it("count records, queued lookups, requests, hits and misses", async () => {
    const { enricher, platform, clock, requestPaths, addPeer, load } = await setUp();
    const none = { cached: 0, queued: 0, inFlight: 0, hits: 0, misses: 0, dropped: 0 };
    expect(enricher.stats()).toEqual(none);
    const lead = addPeer();
    await load(lead);
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 1 });
    enricher.get(lead.id);
    await enricher.fetch(lead.id);
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 1, hits: 2 });

    await load({ id: numberedId(1) });
    enricher.get(numberedId(1));
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 2, hits: 3 });

    await clock.advance(TTL_MS);
    platform.fail(DISCOVER, { kind: "stall" });
    enricher.get(lead.id);
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 2, hits: 4, queued: 1 });
    await until(() => requestPaths().length === 3, "the request has arrived");
    expect(enricher.stats()).toEqual({ ...none, cached: 1, misses: 2, hits: 4, inFlight: 1 });
    const waiting = enricher.fetch(lead.id);
    expect(enricher.stats()).toMatchObject({ misses: 2, hits: 5 });
    await clock.advance(ENRICH_MS);
    expect(await waiting).toMatchObject({ id: lead.id });
  });

  it("count neither invalid ids nor calls of a closed client", async () => {
    const { enricher, client } = await setUp();
    enricher.get("garbage");
    await enricher.fetch("garbage");
    await client.close();
    enricher.get(numberedId(1));
    await settle(enricher.fetch(numberedId(1)));
    expect(enricher.stats()).toMatchObject({ hits: 0, misses: 0 });
  });
});
