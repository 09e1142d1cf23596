import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, quote } from "../../src/text/format";
import { toSingleLine } from "../../src/text/sanitize";

describe("one line of text", () => {
  it("has no control characters, line breaks or direction marks", () => {
    expect(toSingleLine("a\r\n\tb\u0000c\u001b[0md\u202ee\u2066f\u2028g\u0085h")).toBe("a b c [0md e f g h");
  });

  it("keeps ordinary text of any script", () => {
    expect(toSingleLine("Größe 語 🦊 — “q”")).toBe("Größe 語 🦊 — “q”");
  });

  it("is cut at its limit, with a sign that it was", () => {
    expect(toSingleLine("abcdef", 6)).toBe("abcdef");
    expect(toSingleLine("abcdefg", 6)).toBe("abcde…");
  });

  it("is never longer than its limit and never breaks", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 50 }), (text, limit) => {
        const line = toSingleLine(text, limit);
        expect(line.length).toBeLessThanOrEqual(limit);
        expect(line).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2028\u2029\u2066-\u2069]/u);
      }),
    );
  });
});

describe("a value in an error message", () => {
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
  ])("%s is shown as %s", (value, expected) => {
    expect(quote(value)).toBe(expected);
  });

  it("is short, whatever it is, and never throws", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
        expect(quote(value).length).toBeLessThanOrEqual(202);
      }),
    );
    expect(quote("x".repeat(1_000_000))).toHaveLength(202);
  });
});

describe("a duration for people", () => {
  it.each([
    [0, "0 ms"],
    [850.4, "850 ms"],
    [1000, "1 s"],
    [12_440, "12.4 s"],
    [119_000, "119 s"],
    [120_000, "2 min"],
    [330_000, "5.5 min"],
  ])("of %s is %s", (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });
});
