import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRecord, parseJson } from "../../src/text/json";

const MAX_DEPTH = 256;
const PADDING = `"${"x".repeat(1000)}"`;

const nested = (levels: number, open: string, close: string) =>
  `[${PADDING},${open.repeat(levels - 1)}1${close.repeat(levels - 1)}]`;

describe("parseJson", () => {
  it("returns what JSON.parse returns", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it("accepts what JSON.parse accepts and never throws", () => {
    // Long enough to be scanned, and full of the characters that matter to the scan.
    const tricky = fc.string({
      unit: fc.constantFrom('"', "\\", "[", "]", "{", "}", ":", ",", "1", "a", " ", "\n"),
      minLength: 500,
      maxLength: 700,
    });
    fc.assert(
      fc.property(fc.oneof(tricky, fc.string()), (text) => {
        expect(parseJson(text).ok).toBe(parses(text));
      }),
    );
  });

  it("is not confused by brackets and quotes inside of strings", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('"', "\\", "[", "{"), maxLength: 40 })),
        (texts) => {
          const json = JSON.stringify([...texts, "[".repeat(600)]);
          expect(parseJson(json)).toEqual({ ok: true, value: JSON.parse(json) });
        },
      ),
    );
  });

  it.each([
    { shape: "arrays", open: "[", close: "]" },
    { shape: "objects", open: '{"a":', close: "}" },
  ])("allows 256 levels of $shape and no more", ({ open, close }) => {
    expect(parseJson(nested(MAX_DEPTH, open, close)).ok).toBe(true);
    expect(parseJson(nested(MAX_DEPTH + 1, open, close))).toEqual({
      ok: false,
      problem: "nested more than 256 levels deep",
    });
  });

  it("counts levels, not brackets", () => {
    const wide = `[${Array.from({ length: 5000 }, () => "[[]]").join(",")}]`;
    expect(parseJson(wide).ok).toBe(true);
  });

  it("skips one byte order mark", () => {
    expect(parseJson('\ufeff{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
    expect(parseJson('\ufeff\ufeff{"a":1}').ok).toBe(false);
  });

  it.each(["", "  \n"])("reports %j as an empty body", (text) => {
    expect(parseJson(text)).toEqual({ ok: false, problem: "empty body" });
  });

  it.each(["NaN", "Infinity", "undefined", "{'a':1}", "[1,]", "01", '{"a":1}x'])("rejects %s", (text) => {
    expect(parseJson(text).ok).toBe(false);
  });

  it("treats `__proto__` as an ordinary key", () => {
    const parsed = parseJson('{"__proto__":{"polluted":true}}');
    expect(parsed.ok && Object.keys(Object(parsed.value))).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("isRecord", () => {
  it.each([
    { value: [], expected: false },
    { value: null, expected: false },
    { value: undefined, expected: false },
    { value: 1, expected: false },
    { value: "x", expected: false },
    { value: {}, expected: true },
    { value: Object.create(null), expected: true },
  ])("is $expected for $value", ({ value, expected }) => {
    expect(isRecord(value)).toBe(expected);
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
