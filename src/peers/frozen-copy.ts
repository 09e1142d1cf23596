type Container = Record<string, unknown>;

/**
 * A deep copy of a JSON value whose objects and arrays are frozen. Not recursive: what a platform sends may be nested
 * deeper than the stack.
 */
export function frozenCopy<T extends object>(value: T): T {
  const copy = emptyLike(value);
  const pending: [Container, Container][] = [[value as Container, copy]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [source, target] = next;
    for (const key of Object.keys(source)) {
      let field = source[key];
      if (typeof field === "object" && field !== null) {
        const child = emptyLike(field);
        pending.push([field as Container, child]);
        field = child;
      }
      // An assignment to this key would set the prototype.
      if (key === "__proto__") Object.defineProperty(target, key, { value: field, enumerable: true });
      else target[key] = field;
    }
    Object.freeze(target);
  }
  return copy as T;
}

const emptyLike = (value: object): Container => (Array.isArray(value) ? [] : {}) as Container;
