import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { until } from "../../helpers/sockets-client";
import { DISCOVER, ENRICH_MS, idOf, LIST, world } from "./world";

const PUSHES = 100_000;
const PEERS = 10_000;
const SLICES = 100;
const ids = Array.from({ length: PEERS }, (_, index) => idOf(index));

describe("100,000 pushes from 10,000 peers", () => {
  it.each([
    { what: "hangs", list: { kind: "stall" } as const, open: 1 },
    { what: "has no list and hangs for single peers", list: { status: 403, body: { error: "no" } }, open: 2 },
  ])("while the registry $what stay within all bounds", async ({ list, open }) => {
    const { enricher, platform, clock, events } = await world();
    platform.fail(LIST, list);
    platform.fail(DISCOVER, { kind: "stall" });
    const arrived = () => platform.requests.length;
    const busy = () => enricher.stats().inFlight === open;
    let seen = 0;

    for (let slice = 0; slice < SLICES; slice += 1) {
      for (let push = 0; push < PUSHES / SLICES; push += 1) {
        const index = (slice * (PUSHES / SLICES) + push) % PEERS;
        enricher.get(ids[index] ?? "");
      }
      await setImmediate();
      const { inFlight, queued, cached } = enricher.stats();
      expect(inFlight).toBeLessThanOrEqual(2);
      expect(queued).toBeLessThanOrEqual(256);
      expect(cached).toBeLessThanOrEqual(1024);

      if (slice % 10 !== 9) continue;
      // All that is open hangs until now, and ends with the step of the clock: what came meanwhile was open at once.
      await until(busy, "the workers are busy");
      await until(() => arrived() > seen, "their questions arrived");
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      const refusedLists = seen === 0 ? open - 1 : 0;
      expect(arrived() - seen).toBe(open + refusedLists);
      seen = arrived();
      await clock.advance(ENRICH_MS);
    }

    const { dropped, misses, hits } = enricher.stats();
    expect(misses + hits).toBe(PUSHES);
    expect(dropped).toBeGreaterThan(0);
    const told = events.filter(({ type }) => type === "enricher.dropped").length;
    expect(told).toBe(Math.floor(Math.log10(dropped)) + 1);
  });

  it("while the registry answers are over with one list", async () => {
    const { enricher, platform, asked } = await world({ enricher: { maxPeers: PEERS } });
    const rows = Array.from({ length: PEERS }, (_, index) => ({ id: idOf(index), name: `Peer ${index}` }));
    platform.fail(LIST, { status: 200, body: rows });
    for (let push = 0; push < PUSHES; push += 1) enricher.get(ids[push % PEERS] ?? "");
    await enricher.settled();
    expect(asked()).toHaveLength(1);
    expect(enricher.get(idOf(PEERS - 1))).toMatchObject({ name: `Peer ${PEERS - 1}` });
    expect(enricher.stats()).toMatchObject({ cached: PEERS, queued: 0, inFlight: 0 });
  });
});
