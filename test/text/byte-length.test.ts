import fc from "fast-check";
import { expect, it } from "vitest";
import { utf8Length } from "../../src/text/byte-length";
import { ANY_CODE_POINT } from "../helpers/code-points";

const encoded = (text: string): number => new TextEncoder().encode(text).byteLength;

it.each([
  "",
  "a",
  "\u007f\u0080\u07ff\u0800\uffff",
  "🦊",
  "\ud83e",
  "\udd8a",
  "\ud83e\ud83e\udd8a",
  "\udd8a\ud83e",
])("%j has as many bytes as its encoding", (text) => {
  expect(utf8Length(text)).toBe(encoded(text));
});

it("any text has as many bytes as its encoding", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: ANY_CODE_POINT }),
      fc.array(fc.integer({ min: 0, max: 0xffff })),
      (text, units) => {
        expect(utf8Length(text)).toBe(encoded(text));
        const any = String.fromCharCode(...units);
        expect(utf8Length(any)).toBe(encoded(any));
      },
    ),
  );
});
