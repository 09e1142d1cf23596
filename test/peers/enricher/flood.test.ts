import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { numberedId } from "../../helpers/ids";
import { until } from "../../helpers/sockets-client";
import { ENRICH_MS } from "./limits";
import { DISCOVER, LIST, setUp } from "./setup";

const LOOKUPS = 100_000;
const PEERS = 10_000;
const SLICES = 100;
const ids = Array.from({ length: PEERS }, (_, index) => numberedId(index));

describe("100,000 lookups of 10,000 peers", () => {
  it.each([
    { what: "stalls", list: { kind: "stall" } as const, open: 1 },
    {
      what: "refuses the list and stalls for single peers",
      list: { status: 403, body: { error: "no" } },
      open: 2,
    },
  ])("stay within all bounds while the registry $what", async ({ list, open }) => {
    const { enricher, platform, clock, events } = await setUp();
    platform.fail(LIST, list);
    platform.fail(DISCOVER, { kind: "stall" });
    const arrived = () => platform.requests.length;
    const busy = () => enricher.stats().inFlight === open;
    let seen = 0;

    for (let slice = 0; slice < SLICES; slice += 1) {
      for (let lookup = 0; lookup < LOOKUPS / SLICES; lookup += 1) {
        const index = (slice * (LOOKUPS / SLICES) + lookup) % PEERS;
        enricher.get(ids[index] ?? "");
      }
      await setImmediate();
      const { inFlight, queued, cached } = enricher.stats();
      expect(inFlight).toBeLessThanOrEqual(2);
      expect(queued).toBeLessThanOrEqual(256);
      expect(cached).toBeLessThanOrEqual(1024);

      if (slice % 10 !== 9) continue;
      // All requests stall until the clock advances, so those that arrived since were in flight together.
      await until(busy, "all workers are busy");
      await until(() => arrived() > seen, "their requests have arrived");
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      const refusedLists = seen === 0 ? open - 1 : 0;
      expect(arrived() - seen).toBe(open + refusedLists);
      seen = arrived();
      await clock.advance(ENRICH_MS);
    }

    const { dropped, misses, hits } = enricher.stats();
    expect(misses + hits).toBe(LOOKUPS);
    expect(dropped).toBeGreaterThan(0);
    const reported = events.filter(({ type }) => type === "enricher.dropped").length;
    expect(reported).toBe(Math.floor(Math.log10(dropped)) + 1);
  });

  it("need one list when the registry responds", async () => {
    const { enricher, platform, requestPaths } = await setUp({ enricher: { maxPeers: PEERS } });
    const rows = Array.from({ length: PEERS }, (_, index) => ({
      id: numberedId(index),
      name: `Peer ${index}`,
    }));
    platform.fail(LIST, { status: 200, body: rows });
    for (let lookup = 0; lookup < LOOKUPS; lookup += 1) enricher.get(ids[lookup % PEERS] ?? "");
    await enricher.settled();
    expect(requestPaths()).toHaveLength(1);
    expect(enricher.get(numberedId(PEERS - 1))).toMatchObject({ name: `Peer ${PEERS - 1}` });
    expect(enricher.stats()).toMatchObject({ cached: PEERS, queued: 0, inFlight: 0 });
  });
});
