type Container = Record<string, unknown>;

/** A deep copy of a JSON value. Not recursive: what a platform sends may be nested deeper than the stack. */
export function deepCopy<T extends object>(value: T): T {
  const copy = shallowCopy(value);
  const pending = [copy];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const key of Object.keys(next)) {
      const field = next[key];
      if (!isContainer(field)) continue;
      const child = shallowCopy(field);
      pending.push(child);
      // An assignment to this key would set the prototype.
      if (key === "__proto__") Object.defineProperty(next, key, { value: child });
      else next[key] = child;
    }
  }
  return copy as T;
}

/** Freezes a JSON value with its objects and arrays. */
export function deepFreeze<T extends object>(value: T): T {
  const pending: unknown[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const field of Object.values(Object.freeze(next) as Container)) {
      if (isContainer(field)) pending.push(field);
    }
  }
  return value;
}

const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null;

const shallowCopy = (value: object): Container =>
  (Array.isArray(value) ? value.slice() : { ...value }) as Container;
