import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePage } from "../../src/results/page";
import { OWN, STRANGER } from "../helpers/ids";
import { startFixture } from "./helpers/polling-fixture";
import { done, failed, page, pending } from "./helpers/rows";

const idsOf = (list: readonly { delegationId: string }[]) => list.map(({ delegationId }) => delegationId);

describe("a page of rows", () => {
  it.each(["d-1", "__proto__", "constructor", "a.b:c_d-e", "7", "x".repeat(128)])(
    "may contain a delegation with the id %j",
    (id) => {
      const page = parsePage([done(id)], OWN);
      expect(idsOf(page.finished)).toEqual([id]);
      expect(page).toMatchObject({ malformed: 0, ids: [id] });
    },
  );

  it.each<[string, unknown]>([
    ["a space", "d 1"],
    ["a line feed", "d-1\n"],
    ["a leading line feed", "\nd-1"],
    ["a carriage return", "d\r1"],
    ["a line separator", "d\u20281"],
    ["a quote", 'd"1'],
    ["an apostrophe", "d'1"],
    ["a backtick", "d`1"],
    ["a slash", "d/1"],
    ["an angle bracket", "<d-1>"],
    ["right-to-left text", "d\u202e1"],
    ["a Cyrillic letter", "d-\u0430"],
    ["too many characters", "x".repeat(129)],
    ["a number", 7],
    ["a list", ["d-1"]],
    ["an object", { id: "d-1" }],
    ["a truth", true],
  ])("does not contain a delegation with an id of %s", (_, id) => {
    for (const source_id of [OWN, STRANGER]) {
      const page = parsePage([done("d-1", { delegation_id: id, source_id })], OWN);
      expect(page).toEqual({ finished: [], unfinished: [], foreign: [], malformed: 1, ids: [], full: false });
    }
  });

  it.each<[string, unknown]>([
    ["text", "row"],
    ["null", null],
    ["a list", [done("d-1")]],
    ["a number", 7],
    ["a truth", true],
    ["no status", done("d-1", { status: undefined })],
    ["a status that is no text", done("d-1", { status: 1 })],
    ["no source", done("d-1", { source_id: undefined })],
    ["a source that is no text", done("d-1", { source_id: { toString: "x" } })],
  ])("may contain %s, which is counted as malformed", (_, bad) => {
    const page = parsePage([bad, done("d-2"), bad], OWN);
    expect(idsOf(page.finished)).toEqual(["d-2"]);
    expect(page.malformed).toBe(2);
  });

  it.each(["summary", "target_id", "error", "response_preview", "created_at", "type", "id"])(
    "may have null or nothing as %s",
    (field) => {
      for (const value of [null, undefined]) {
        const page = parsePage([done("d-1", { [field]: value })], OWN);
        expect(idsOf(page.finished)).toEqual(["d-1"]);
        expect(page.malformed).toBe(0);
      }
    },
  );

  it("lists finished delegations oldest first, and all ids", () => {
    const page = parsePage([done("d-4"), pending("d-3"), failed("d-2"), done("d-1"), pending("d-4")], OWN);
    expect(idsOf(page.finished)).toEqual(["d-1", "d-2", "d-4"]);
    expect([...page.ids].sort()).toEqual(["d-1", "d-2", "d-3", "d-4"]);
  });

  it("is full with fifty rows of any kind", () => {
    expect(parsePage(page(1, 49), OWN).full).toBe(false);
    expect(parsePage(page(1, 50), OWN).full).toBe(true);
    expect(parsePage(new Array(50).fill("row"), OWN)).toMatchObject({ full: true, malformed: 50 });
  });

  it("lists the source of each foreign delegation", () => {
    const rows = [
      done("f-1", { source_id: STRANGER }),
      failed("f-2", { source_id: "" }),
      pending("f-3", { source_id: STRANGER }),
      done("f-4", { source_id: STRANGER, direction: "received" }),
      done("f-5", { source_id: STRANGER, delegation_id: undefined }),
    ];
    expect(parsePage(rows, OWN)).toEqual({
      finished: [],
      unfinished: [],
      foreign: [
        { delegationId: "f-1", sourceId: STRANGER },
        { delegationId: "f-2", sourceId: "" },
      ],
      malformed: 0,
      ids: [],
      full: false,
    });
  });
});

describe("a page with any rows", () => {
  const words = ["d-1", "d-2", "d-3", "__proto__", "constructor", "d 4", 'd"5', ""];
  const row = fc.record(
    {
      delegation_id: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, fc.jsonValue()),
      source_id: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(OWN, OWN, OWN.toUpperCase(), ` ${OWN} `, STRANGER) },
        fc.jsonValue(),
      ),
      status: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom("completed", "failed", "pending", "queued", "Completed") },
        fc.jsonValue(),
      ),
      summary: fc.oneof(fc.string(), fc.jsonValue()),
      target_id: fc.jsonValue(),
      response_preview: fc.oneof(fc.string(), fc.jsonValue()),
      error: fc.oneof(fc.string(), fc.jsonValue()),
      created_at: fc.oneof(fc.constant("2026-04-27T10:00:00Z"), fc.jsonValue()),
      direction: fc.constantFrom("sent", "received"),
    },
    { requiredKeys: [] },
  );
  const rows = fc.array(fc.oneof({ weight: 8, arbitrary: row }, { weight: 1, arbitrary: fc.jsonValue() }), {
    maxLength: 50,
  });

  const isText = (value: unknown): value is string => typeof value === "string";
  const isWord = (value: unknown) => isText(value) && value.length <= 128 && /^[A-Za-z0-9_.:-]+$/.test(value);

  /** A second implementation of what counts as finished and as malformed. */
  function expected(given: readonly unknown[]) {
    let malformed = 0;
    const finished = new Set<string>();
    for (const each of given) {
      const { delegation_id, source_id, status } = Object(each);
      const named = isWord(delegation_id);
      if (
        Array.isArray(each) ||
        !isText(status) ||
        !isText(source_id) ||
        !(named || [undefined, null, ""].includes(delegation_id))
      ) {
        malformed += 1;
      } else if (
        named &&
        source_id.trim().toLowerCase() === OWN &&
        ["completed", "failed"].includes(status)
      ) {
        finished.add(delegation_id);
      }
    }
    return { malformed, finished };
  }

  it("is parsed without an error: well-formed rows count and others do not", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const page = parsePage(given, OWN);
        const { malformed, finished } = expected(given);
        expect(page.malformed).toBe(malformed);
        expect(idsOf(page.finished)).toHaveLength(finished.size);
        expect(new Set(idsOf(page.finished))).toEqual(finished);
        for (const { sourceId } of page.finished) expect(sourceId).toBe(OWN);
        for (const { sourceId } of page.foreign) expect(sourceId.trim().toLowerCase()).not.toBe(OWN);
      }),
      { numRuns: 300 },
    );
  });

  it("delivers exactly the finished own delegations, each once", async () => {
    const { begin, next, ids, heartbeat, eventsOf } = await startFixture({
      delegations: { replayOld: true },
    });
    await begin();
    const pages = fc.sample(rows, { numRuns: 25, seed: 7 });
    for (const given of pages) await next(...given);
    // A completed delegation without text is delivered after one more poll.
    await next();
    const finished = new Set(pages.flatMap((given) => [...expected(given).finished]));
    expect(finished.size).toBeGreaterThan(4);
    expect(ids("delegations.delivered")).toHaveLength(finished.size);
    expect(new Set(ids("delegations.delivered"))).toEqual(finished);
    const results = await heartbeat.results.read();
    expect(new Set(results.map(({ delegation_id }) => delegation_id))).toEqual(finished);
    for (const { timestamp, ...texts } of results) {
      expect(typeof timestamp).toBe("number");
      expect(Object.keys(texts)).toHaveLength(7);
      for (const text of Object.values(texts)) expect(typeof text).toBe("string");
    }
    expect(eventsOf("delegations.look_failed")).toEqual([]);
    expect(eventsOf("delegations.store_failed")).toEqual([]);
  });
});
