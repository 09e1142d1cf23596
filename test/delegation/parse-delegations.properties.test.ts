import fc from "fast-check";
import { expect, it } from "vitest";
import { parseDelegations } from "../../src/delegation/parse-delegations";
import { OWN, STRANGER } from "../helpers/ids";

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "d-1", "d-2", ""];
const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });
const status = fc.constantFrom("pending", "dispatched", "queued", "completed", "failed", "other");

/** Rows that are nearly right: every field is at times what it should be, and at times anything. */
const row = fc.record(
  {
    source_id: fc.oneof(fc.constantFrom(OWN, OWN.toUpperCase(), STRANGER), anything),
    delegation_id: fc.oneof(fc.constantFrom(...NAMES), anything),
    target_id: fc.oneof(fc.string(), anything),
    status: fc.oneof(status, anything),
    summary: fc.oneof(fc.string(), anything),
    response_preview: fc.oneof(fc.string(), anything),
    error: fc.oneof(fc.string(), anything),
    error_detail: anything,
    created_at: fc.oneof(fc.constantFrom("2026-04-27T10:00:00Z", "2026-04-27T10:00:09Z", "soon"), anything),
  },
  { requiredKeys: [] },
);
const rows = fc.array(fc.oneof({ weight: 5, arbitrary: row }, { weight: 1, arbitrary: anything }), {
  maxLength: 50,
});

it("any rows are parsed without throwing and without changing a prototype", () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  fc.assert(
    fc.property(rows, (given) => {
      const read = parseDelegations(given, OWN);
      for (const delegation of read) {
        expect(delegation.sourceId).toBe(OWN);
        expect(delegation.delegationId).not.toBe("");
        const { createdAt = "", previewTruncated, outcome, lost, ...texts } = delegation;
        expect([undefined, true]).toContain(lost);
        expect(["undefined", "object"]).toContain(typeof outcome);
        expect(typeof previewTruncated).toBe("boolean");
        for (const text of [createdAt, ...Object.values(texts)]) expect(typeof text).toBe("string");
      }
      const ids = read.map(({ delegationId }) => delegationId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    }),
  );
});

it("a malformed row does not affect the others", () => {
  const good = fc.record({
    source_id: fc.constant(OWN),
    delegation_id: fc.constantFrom("d-1", "d-2", "__proto__"),
    target_id: fc.string(),
    status,
    summary: fc.string(),
    response_preview: fc.string(),
    created_at: fc.constantFrom("2026-04-27T10:00:00Z", "2026-04-27T10:00:09Z"),
  });
  const bad = fc.oneof(
    fc.constantFrom(null, 7, "row", [], {}),
    good.map((each) => ({ ...each, source_id: STRANGER })),
    good.map((each) => ({ ...each, delegation_id: 7 })),
  );
  fc.assert(
    fc.property(
      fc.array(good, { maxLength: 20 }),
      fc.array(bad, { maxLength: 5 }),
      fc.nat(),
      (all, junk, at) => {
        const mixed: unknown[] = [...all];
        mixed.splice(at % (all.length + 1), 0, ...junk);
        expect(parseDelegations(mixed, OWN)).toEqual(parseDelegations(all, OWN));
      },
    ),
  );
});

it("a final row decides at any position", () => {
  const open = fc.record({
    source_id: fc.constant(OWN),
    delegation_id: fc.constant("d-1"),
    status: fc.constantFrom("pending", "dispatched", "queued", "in_progress"),
    response_preview: fc.string(),
    created_at: fc.constant("2026-04-27T10:00:09Z"),
  });
  const final = {
    source_id: OWN,
    delegation_id: "d-1",
    status: "completed",
    response_preview: "ten",
    created_at: "2026-04-27T10:00:00Z",
  };
  fc.assert(
    fc.property(fc.array(open, { maxLength: 10 }), fc.nat(), (others, at) => {
      const mixed: unknown[] = [...others];
      mixed.splice(at % (others.length + 1), 0, final);
      expect(parseDelegations(mixed, OWN)).toMatchObject([{ status: "completed", responsePreview: "ten" }]);
    }),
  );
});
