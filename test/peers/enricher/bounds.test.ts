import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Workspace } from "../../../src/identity/workspaces";
import { createLruMap } from "../../../src/peers/lru";
import { fakes, LIMITS } from "./fakes";
import { idOf } from "./world";

const MANY = 1_000_000;
/** Enough to drive out the first ones many times. */
const LEARNT = 150_000;

describe("a million different peers", () => {
  it("that push leave the queue and the cache within their bounds", async () => {
    const { enricher, open } = fakes(LIMITS);
    for (let index = 0; index < MANY; index += 1) {
      enricher.get(idOf(index));
      if (index % 100_000 !== 0) continue;
      await setImmediate();
      expect(open.length).toBeLessThanOrEqual(2);
    }
    const { cached, queued, inFlight, misses, dropped } = enricher.stats();
    expect({ cached, inFlight, misses }).toEqual({ cached: 0, inFlight: 2, misses: MANY });
    expect(queued + dropped + 1).toBe(MANY);
    expect(queued).toBe(256);
  });

  it("that are learnt or could not be found leave the newest in memory", () => {
    const { cache, workspaces } = fakes(LIMITS);
    const own = workspaces[0] as Workspace;
    for (let index = 0; index < LEARNT; index += 1) {
      cache.merge(own, { id: idOf(index) });
      cache.markFailed(idOf(MANY + index), 30_000);
    }
    expect(cache.size).toBe(1024);
    const [last, lastMissing] = [idOf(LEARNT - 1), idOf(MANY + LEARNT - 1)];
    expect(cache.get(last)).toEqual({ record: { id: last }, refreshDue: false });
    expect(cache.get(lastMissing)).toEqual({ record: null, refreshDue: false });
    for (const forgotten of [idOf(0), idOf(LEARNT - 1025), idOf(MANY), idOf(MANY + LEARNT - 1025)]) {
      expect(cache.get(forgotten)).toEqual({ record: null, refreshDue: true });
    }
  });

  it("leave a store at its bound", () => {
    const store = createLruMap<number>(16_384);
    for (let index = 0; index < LEARNT; index += 1) store.set(idOf(index), index);
    expect(store.size).toBe(16_384);
  });
});
