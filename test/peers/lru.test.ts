import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLruMap } from "../../src/peers/lru";
import { createLruModel } from "./lru-model";

describe("an LRU map", () => {
  it("evicts the least recently used value when it is full", () => {
    const map = createLruMap<number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.set("c", 3);
    expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([undefined, 2, 3, 2]);
  });

  it("counts `get` as a use, but not `peek`", () => {
    const map = createLruMap<number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.get("a");
    map.peek("b");
    map.set("c", 3);
    expect([map.peek("a"), map.peek("b"), map.peek("c")]).toEqual([1, undefined, 3]);
  });

  it("replaces a value in place, and counts that as a use", () => {
    const map = createLruMap<number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 3);
    expect(map.size).toBe(2);
    map.set("c", 4);
    expect([map.peek("a"), map.peek("b")]).toEqual([3, undefined]);
  });

  it("deletes values, and ignores unknown keys", () => {
    const map = createLruMap<number>(2);
    map.set("a", 1);
    map.delete("a");
    map.delete("a");
    expect([map.get("a"), map.size]).toEqual([undefined, 0]);
  });

  it("behaves like a model of it in any sequence of operations", () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e");
    const step = fc.record({ method: fc.constantFrom("get", "peek", "set", "delete"), key } as const);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
        const map = createLruMap<number>(max);
        const model = createLruModel<number>(max);
        steps.forEach(({ method, key }, index) => {
          if (method === "peek") expect(map.peek(key)).toBe(model.peek(key));
          if (method === "get") expect(map.get(key)).toBe(model.get(key));
          if (method === "set") for (const each of [map, model]) each.set(key, index);
          if (method === "delete") for (const each of [map, model]) each.delete(key);
          expect(map.size).toBe(model.size);
        });
      }),
    );
  });
});
