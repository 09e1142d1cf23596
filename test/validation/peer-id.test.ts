import { parsePeerId } from "a2a-peers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPeerId } from "../../src/validation/peer-id";
import { thrownBy } from "../helpers/failure";
import { PEER } from "../helpers/ids";

const padding = fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r", "\u00a0"), maxLength: 20 });

describe("a peer id", () => {
  it("is a UUID in any case with any padding, normalised", () => {
    const bits = fc.array(fc.boolean(), { minLength: 36, maxLength: 36 });
    fc.assert(
      fc.property(fc.uuid(), bits, padding, padding, (id, upper, before, after) => {
        const mixed = [...id].map((char, at) => (upper[at] ? char.toUpperCase() : char)).join("");
        expect(parsePeerId(before + mixed + after)).toBe(id.toLowerCase());
      }),
    );
  });

  it("is a UUID of any version, the nil one included", () => {
    expect(parsePeerId("00000000-0000-0000-0000-000000000000")).not.toBeNull();
    expect(parsePeerId("ffffffff-ffff-ffff-ffff-ffffffffffff")).not.toBeNull();
  });

  it("is not a text that differs from a UUID by one character", () => {
    const index = fc.nat(35);
    const char = fc.string({ minLength: 1, maxLength: 1 }).filter((value) => !/[0-9a-f]/i.test(value));
    fc.assert(
      fc.property(fc.uuid(), index, char, (id, at, by) => {
        fc.pre(by !== id[at]);
        // White space at either end is padding, but what is left is too short then.
        expect(parsePeerId(id.slice(0, at) + by + id.slice(at + 1))).toBeNull();
        expect(parsePeerId(id.slice(0, at) + id.slice(at + 1))).toBeNull();
        expect(parsePeerId(id.slice(0, at + 1) + (id[at] ?? "0") + id.slice(at + 1))).toBeNull();
      }),
    );
  });

  it("is no other value, and parsing it never throws", () => {
    const pattern = /^\s*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*$/i;
    fc.assert(
      fc.property(fc.anything(), (value) => {
        fc.pre(!(typeof value === "string" && pattern.test(value)));
        expect(parsePeerId(value)).toBeNull();
      }),
    );
  });

  it.each<[string, unknown]>([
    ["braces", `{${PEER}}`],
    ["no hyphens", PEER.replaceAll("-", "")],
    ["hyphens elsewhere", "2f6a0d1e7-7b1-4c3e-8a55-9d1c3e5f7a90"],
    ["a urn", `urn:uuid:${PEER}`],
    ["traversal", "../../foo"],
    ["traversal behind a UUID", `${PEER}/..`],
    ["a query behind a UUID", `${PEER}?x`],
    ["a line feed inside", `${PEER}\n${PEER}`],
    ["a NUL behind a UUID", `${PEER}\u0000`],
    ["full-width digits", PEER.replace("2", "２")],
    ["a number", 123],
    ["null", null],
    ["undefined", undefined],
    ["a String object", new String(PEER)],
    ["an array of one", [PEER]],
    ["an object that prints as a UUID", { toString: () => PEER }],
    ["a megabyte", "a".repeat(1024 * 1024)],
    ["a megabyte of padding", `${" ".repeat(1024 * 1024)}${PEER}`],
  ])("is not parsed from %s", (_, value) => {
    expect(parsePeerId(value)).toBeNull();
  });

  it("that is rejected is cut and on a single line in the message", async () => {
    const error = await thrownBy(() => checkPeerId(`bad\nid\u202e${"x".repeat(1_000_000)}`));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toMatch(/^invalid peer_id \(expected UUID\): 'bad id x+…'\. Use the id of a peer/);
    expect(error.message.length).toBeLessThanOrEqual(500);
  });
});
