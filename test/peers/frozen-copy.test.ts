import { expect, it } from "vitest";
import { frozenCopy } from "../../src/peers/frozen-copy";

it.each([
  { id: "a", list: [1, [2, { three: null }]], text: "x", yes: true, none: undefined },
  [[], {}],
  JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as object,
])("copies %j", (value) => {
  const copy = frozenCopy(value);
  expect(copy).toEqual(value);
  expect(copy).not.toBe(value);
  expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(value));
  expect(Object.keys(copy)).toEqual(Object.keys(value));
  expect(Object.isFrozen(copy)).toBe(true);
});

it("copies a value that is nested deeper than the stack", () => {
  const depth = 200_000;
  const value = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown[];
  expect(Object.isFrozen(frozenCopy(value)[0])).toBe(true);
});
