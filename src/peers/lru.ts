import { LRUCache } from "lru-cache";

/** A map of at most `max` values that evicts the least recently used one. `get` and `set` count as use. */
export interface LruMap<Value> {
  get(key: string): Value | undefined;
  /** Reads without counting as use. */
  peek(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  /** The most recently used first. */
  entries(): Iterable<[string, Value]>;
  readonly size: number;
}

/**
 * Creates the map. The only import of lru-cache, which takes the room for all values when it is created: a millisecond
 * that a map without a value does not cost.
 */
export function createLruMap<Value extends NonNullable<unknown>>(max: number): LruMap<Value> {
  let cache: LRUCache<string, Value> | undefined;
  return {
    get: (key) => cache?.get(key),
    peek: (key) => cache?.peek(key),
    set(key, value) {
      cache ??= new LRUCache({ max });
      cache.set(key, value);
    },
    delete: (key) => void cache?.delete(key),
    entries: () => cache?.entries() ?? [],
    get size() {
      return cache?.size ?? 0;
    },
  };
}
