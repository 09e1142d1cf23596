import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Workspace } from "../../../src/identity/workspaces";
import { createLruMap } from "../../../src/peers/lru";
import { numberedId } from "../../helpers/ids";
import { createFakes } from "./fakes";
import { DEFAULT_LIMITS } from "./limits";

const MANY = 1_000_000;
/** Enough to evict the first ones many times. */
const STORED = 150_000;

describe("a million different peers", () => {
  it("stay within the bounds of queue and cache when they are looked up", async () => {
    const { enricher, pending } = createFakes(DEFAULT_LIMITS);
    for (let index = 0; index < MANY; index += 1) {
      enricher.get(numberedId(index));
      if (index % 100_000 !== 0) continue;
      await setImmediate();
      expect(pending.length).toBeLessThanOrEqual(2);
    }
    const { cached, queued, inFlight, misses, dropped } = enricher.stats();
    expect({ cached, inFlight, misses }).toEqual({ cached: 0, inFlight: 2, misses: MANY });
    expect(queued + dropped + 1).toBe(MANY);
    expect(queued).toBe(256);
  });

  it("leave only the newest records and failures in the cache", () => {
    const { cache, workspaces } = createFakes(DEFAULT_LIMITS);
    const own = workspaces[0] as Workspace;
    for (let index = 0; index < STORED; index += 1) {
      cache.merge(own, { id: numberedId(index) });
      cache.markFailed(numberedId(MANY + index), 30_000);
    }
    expect(cache.size).toBe(1024);
    const [last, lastMissing] = [numberedId(STORED - 1), numberedId(MANY + STORED - 1)];
    expect(cache.get(last)).toEqual({ record: { id: last }, refreshDue: false });
    expect(cache.get(lastMissing)).toEqual({ record: null, refreshDue: false });
    for (const forgotten of [
      numberedId(0),
      numberedId(STORED - 1025),
      numberedId(MANY),
      numberedId(MANY + STORED - 1025),
    ]) {
      expect(cache.get(forgotten)).toEqual({ record: null, refreshDue: true });
    }
  });

  it("leave an LRU map at its bound", () => {
    const map = createLruMap<number>(16_384);
    for (let index = 0; index < STORED; index += 1) map.set(numberedId(index), index);
    expect(map.size).toBe(16_384);
  });
});
