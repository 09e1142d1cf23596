import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLruMap } from "../../src/peers/lru";

describe("a store", () => {
  it("lets the least recently used value go when it is full", () => {
    const store = createLruMap<number>(2);
    store.set("a", 1);
    store.set("b", 2);
    store.set("c", 3);
    expect([store.get("a"), store.get("b"), store.get("c"), store.size]).toEqual([undefined, 2, 3, 2]);
  });

  it("counts `get` as a use, `peek` not", () => {
    const store = createLruMap<number>(2);
    store.set("a", 1);
    store.set("b", 2);
    store.get("a");
    store.peek("b");
    store.set("c", 3);
    expect([store.peek("a"), store.peek("b"), store.peek("c")]).toEqual([1, undefined, 3]);
  });

  it("replaces a value in place, which counts as a use", () => {
    const store = createLruMap<number>(2);
    store.set("a", 1);
    store.set("b", 2);
    store.set("a", 3);
    expect(store.size).toBe(2);
    store.set("c", 4);
    expect([store.peek("a"), store.peek("b")]).toEqual([3, undefined]);
  });

  it("forgets what is deleted, and does not mind what it never had", () => {
    const store = createLruMap<number>(2);
    store.set("a", 1);
    store.delete("a");
    store.delete("a");
    expect([store.get("a"), store.size]).toEqual([undefined, 0]);
  });

  it("does what a plain list of keys in the order of use does", () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e");
    const step = fc.record({ does: fc.constantFrom("get", "peek", "set", "delete"), key } as const);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
        const store = createLruMap<number>(max);
        const model = new Map<string, number>();
        steps.forEach(({ does, key }, index) => {
          const known = model.get(key);
          if (does === "peek") expect(store.peek(key)).toBe(known);
          if (does === "get") expect(store.get(key)).toBe(known);
          if (does === "set") store.set(key, index);
          if (does === "delete") store.delete(key);
          if (does !== "peek") model.delete(key);
          if (does === "set") model.set(key, index);
          if (does === "get" && known !== undefined) model.set(key, known);
          const [oldest] = model.keys();
          if (model.size > max && oldest !== undefined) model.delete(oldest);
          expect(store.size).toBe(model.size);
        });
      }),
    );
  });
});
