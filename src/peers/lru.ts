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

/** Creates the map. The only import of lru-cache. */
export function createLruMap<Value extends NonNullable<unknown>>(max: number): LruMap<Value> {
  return new LRUCache<string, Value>({ max }) as LruMap<Value>;
}
