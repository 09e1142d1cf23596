import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { serializeJson } from "../../src/text/serialize-json";

const NUL = "\u0000";
const LONE_HIGH = "\ud83d";
const LONE_LOW = "\ude00";

describe("JSON that is sent", () => {
  it.each<[string, unknown, unknown]>([
    ["a NUL", `a${NUL}b`, "a\ufffdb"],
    ["several NULs in a row", `${NUL}${NUL}`, "\ufffd\ufffd"],
    ["a high surrogate without a low one", `a${LONE_HIGH}b`, "a\ufffdb"],
    ["a low surrogate without a high one", `${LONE_LOW}b`, "\ufffdb"],
    ["a lone surrogate beside an emoji", `${LONE_HIGH}😀`, "\ufffd😀"],
    ["a NUL after backslashes", `\\\\${NUL}`, "\\\\\ufffd"],
    ["a NUL in a nested value", { a: [{ b: `x${NUL}` }] }, { a: [{ b: "x\ufffd" }] }],
    ["a NUL in a key", { [`k${NUL}`]: 1 }, { "k\ufffd": 1 }],
    ["a NUL in what toJSON returns", { toJSON: () => `x${NUL}` }, "x\ufffd"],
  ])("has no %s", (_, value, expected) => {
    expect(JSON.parse(serializeJson(value))).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ["other control characters", "\u0001\b\t\n\u001f\u007f"],
    ["text that spells an escape", "\\u0000 \\ud83d C:\\u0000"],
    ["emoji and other scripts", "😀 語 é"],
    ["a quote and a backslash", '"\\'],
  ])("keeps %s", (_, value) => {
    expect(serializeJson(value)).toBe(JSON.stringify(value));
  });

  it("differs from JSON.stringify in nothing else, and never holds what PostgreSQL refuses", () => {
    const text = fc.string({
      unit: fc.constantFrom("\\", "u0000", "ud83d", NUL, LONE_HIGH, LONE_LOW, '"', "é"),
    });
    const clean = (value: string) =>
      value.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|\0/g, "\ufffd");
    fc.assert(
      fc.property(text, (value) => {
        expect(JSON.parse(serializeJson({ value }))).toEqual({ value: clean(value) });
      }),
    );
  });

  it("fails as JSON.stringify does for what JSON cannot hold", () => {
    expect(() => serializeJson({ n: 1n })).toThrow(TypeError);
  });
});
