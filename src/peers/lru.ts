import { LRUCache } from "lru-cache";

/** Values by key, at most `max` of them: the least recently used one makes room. Reading counts as use. */
export interface LruMap<Value> {
  get(key: string): Value | undefined;
  /** Reads without counting as use. */
  peek(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  readonly size: number;
}

/** The one door to lru-cache. Whatever this package remembers of others is bounded by one of these. */
export function createLruMap<Value extends NonNullable<unknown>>(max: number): LruMap<Value> {
  return new LRUCache<string, Value>({ max }) as LruMap<Value>;
}
