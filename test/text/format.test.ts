import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, quote } from "../../src/text/format";

describe("quote", () => {
  it.each<[unknown, string]>([
    ["text", "'text'"],
    ["a\nb", "'a b'"],
    [7, "7"],
    [Number.NaN, "NaN"],
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    [12n, "12n"],
    [[1, 2], "an array"],
    [{ secret: 1 }, "a value of type object"],
    [() => {}, "a value of type function"],
    [Symbol("s"), "a value of type symbol"],
  ])("formats %s as %s", (value, expected) => {
    expect(quote(value)).toBe(expected);
  });

  it("is short for any value and never throws", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
        expect(quote(value).length).toBeLessThanOrEqual(202);
      }),
    );
    expect(quote("x".repeat(1_000_000))).toHaveLength(202);
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [850.4, "850 ms"],
    [1000, "1 s"],
    [12_440, "12.4 s"],
    [119_000, "119 s"],
    [120_000, "2 min"],
    [330_000, "5.5 min"],
  ])("formats %s as %s", (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });
});
