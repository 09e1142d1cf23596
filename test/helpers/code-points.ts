import fc from "fast-check";

/** A unit for texts of any code points. That of fast-check for them takes half a second to load. */
export const ANY_CODE_POINT = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
