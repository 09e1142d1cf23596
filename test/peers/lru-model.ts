/** The simplest LRU map: a map in the order of use, at most `max` values. */
export function createLruModel<Value>(max: number) {
  const values = new Map<string, Value>();

  function set(key: string, value: Value): void {
    values.delete(key);
    values.set(key, value);
    const [oldest] = values.keys();
    if (values.size > max && oldest !== undefined) values.delete(oldest);
  }

  return {
    get(key: string): Value | undefined {
      const value = values.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    peek: (key: string): Value | undefined => values.get(key),
    set,
    delete: (key: string): boolean => values.delete(key),
    get size(): number {
      return values.size;
    },
  };
}

export type LruModel<Value> = ReturnType<typeof createLruModel<Value>>;
