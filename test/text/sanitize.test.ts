import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toSingleLine } from "../../src/text/sanitize";
import { ANY_CODE_POINT } from "../helpers/code-points";

describe("toSingleLine", () => {
  it("replaces control characters, line breaks and direction marks", () => {
    expect(toSingleLine("a\r\n\tb\u0000c\u001b[0md\u202ee\u2066f\u2028g\u0085h")).toBe("a b c [0md e f g h");
  });

  it("keeps ordinary text of any script", () => {
    expect(toSingleLine("Größe 語 🦊 — “q”")).toBe("Größe 語 🦊 — “q”");
  });

  it("cuts a text at the limit and marks it with an ellipsis", () => {
    expect(toSingleLine("abcdef", 6)).toBe("abcdef");
    expect(toSingleLine("abcdefg", 6)).toBe("abcde…");
  });

  it("returns a single line within the limit for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: ANY_CODE_POINT }), fc.integer({ min: 1, max: 50 }), (text, limit) => {
        const line = toSingleLine(text, limit);
        expect(line.length).toBeLessThanOrEqual(limit);
        expect(line).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2028\u2029\u2066-\u2069]/u);
      }),
    );
  });
});
