import { expect, it } from "vitest";
import { deepCopy, deepFreeze } from "../../src/peers/deep-copy";

it.each([
  { id: "a", list: [1, [2, { three: null }]], text: "x", yes: true, none: undefined },
  [[], {}],
  JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as object,
])("copies %j", (value) => {
  const copy = deepCopy(value);
  expect(copy).toEqual(value);
  expect(copy).not.toBe(value);
  expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(value));
  expect(Object.keys(copy)).toEqual(Object.keys(value));
});

it("copies and freezes what is nested, and leaves the original as it is", () => {
  const value = { card: { skills: [{ tags: ["text"] }] } };
  const copy = deepFreeze(deepCopy(value));
  expect(copy.card.skills[0]?.tags).toEqual(["text"]);
  expect(Object.isFrozen(copy.card.skills[0]?.tags)).toBe(true);
  expect(Object.isFrozen(value.card)).toBe(false);
});

it("copies and freezes a value that is nested deeper than the stack", () => {
  const depth = 200_000;
  const value = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown[];
  expect(Object.isFrozen(deepFreeze(deepCopy(value))[0])).toBe(true);
});
