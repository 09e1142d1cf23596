import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createResultsJournal } from "../../src/results/results-journal";
import type { ResultsState } from "../../src/results/results-state";
import { scratchFolder } from "../helpers/scratch-folder";

const EMPTY: ResultsState = {
  seen: [],
  listed: [],
  foreign: [],
  unannounced: [],
  announcement: undefined,
  toldAt: undefined,
};

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `d-${index}`);

const place = async () => join(await scratchFolder(), "journal");

/** The journal of a later process. */
async function reopened(path: string) {
  const journal = createResultsJournal(path);
  return { found: await journal.open(), state: journal.state };
}

describe("a journal", () => {
  it("is new without a file, and opening it writes nothing", async () => {
    const path = await place();
    expect(await reopened(path)).toEqual({ found: "new", state: EMPTY });
    expect((await reopened(path)).found).toBe("new");
  });

  it("returns what was stored", async () => {
    const path = await place();
    const state: ResultsState = {
      seen: ["d-1", "d-2"],
      listed: ["d-2"],
      foreign: ["f-1"],
      unannounced: [
        { id: "d-1", status: "completed" },
        { id: "d-2", status: "failed", summary: "s", error: "e" },
      ],
      announcement: { messageId: "m-1", ids: ["d-1"], unfinished: 2 },
      toldAt: 1_777_777_777_777,
    };
    await createResultsJournal(path).store(state);
    expect(await reopened(path)).toEqual({ found: "kept", state });
  });

  it("drops a wake-up message that is undefined", async () => {
    const path = await place();
    const journal = createResultsJournal(path);
    await journal.store({ ...EMPTY, announcement: { messageId: "m-1", ids: [], unfinished: 0 } });
    await journal.store({ ...EMPTY, announcement: undefined });
    expect(await reopened(path)).toEqual({ found: "kept", state: EMPTY });
  });

  it("keeps the newest 500 entries of a list", async () => {
    const path = await place();
    const journal = createResultsJournal(path);
    const ids = numbered(750);
    await journal.store({
      ...EMPTY,
      foreign: ids,
      unannounced: ids.map((id) => ({ id, status: "failed" })),
    });
    for (const { foreign, unannounced } of [journal.state, (await reopened(path)).state]) {
      expect(foreign).toEqual(ids.slice(-500));
      expect(unannounced.map(({ id }) => id)).toEqual(ids.slice(-500));
    }
  });

  it("keeps the newest 2000 that were seen, and all of them that the platform lists", async () => {
    const path = await place();
    const journal = createResultsJournal(path);
    const ids = numbered(5000);
    const listed = [...ids.slice(0, 50), "d-unseen"];
    await journal.store({ ...EMPTY, seen: ids, listed });
    const kept = [...ids.slice(0, 50), ...ids.slice(-2000)];
    for (const { seen } of [journal.state, (await reopened(path)).state]) expect(seen).toEqual(kept);
  });

  it("opens a file of an earlier version, which does not say what was listed", async () => {
    const path = await place();
    await writeFile(path, JSON.stringify({ version: 1, seen: ["d-1"], foreign: [], unannounced: [] }));
    expect(await reopened(path)).toEqual({ found: "kept", state: { ...EMPTY, seen: ["d-1"] } });
  });

  it("of a later version is not opened and not changed", async () => {
    const path = await place();
    const later = JSON.stringify({ version: 2, seen: { "d-1": 1 } });
    await writeFile(path, later);
    await expect(createResultsJournal(path).open()).rejects.toThrow("later version");
    expect(await readFile(path, "utf8")).toBe(later);
  });

  it("opens with the most and longest entries it can have", async () => {
    const path = await place();
    const longSeen = numbered(2250).map((id) => id.padEnd(128, "x"));
    const long = numbered(500).map((id) => id.padEnd(128, "x"));
    await createResultsJournal(path).store({
      seen: longSeen,
      listed: longSeen.slice(0, 250),
      foreign: long,
      unannounced: long.map((id) => ({
        id,
        status: "completed",
        summary: "\u{1f600}".repeat(80),
        error: "\u{1f600}".repeat(100),
      })),
      announcement: { messageId: "m", ids: long, unfinished: 0 },
      toldAt: undefined,
    });
    expect((await reopened(path)).found).toBe("kept");
  });

  it("store() changes the state only after it is stored", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "no-folder"), "");
    const journal = createResultsJournal(join(folder, "no-folder", "journal"));
    await expect(journal.store({ ...EMPTY, seen: ["d-1"] })).rejects.toThrow();
    expect(journal.state).toEqual(EMPTY);
  });

  it("note() changes the state also when it cannot be stored", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "no-folder"), "");
    const journal = createResultsJournal(join(folder, "no-folder", "journal"));
    await expect(journal.note({ ...EMPTY, foreign: ["f-1"] })).rejects.toThrow();
    expect(journal.state).toEqual({ ...EMPTY, foreign: ["f-1"] });
  });

  it("note() stores the state", async () => {
    const path = await place();
    await createResultsJournal(path).note({ ...EMPTY, foreign: ["f-1"] });
    expect((await reopened(path)).state.foreign).toEqual(["f-1"]);
  });

  it("is in memory without a path", async () => {
    const journal = createResultsJournal(undefined);
    expect(await journal.open()).toBe("new");
    await journal.store({ ...EMPTY, seen: ["d-1"] });
    await journal.note({ ...journal.state, foreign: ["f-1"] });
    expect(journal.state).toEqual({ ...EMPTY, seen: ["d-1"], foreign: ["f-1"] });
  });

  it.each<[string, unknown]>([
    ["no JSON", "{"],
    ["no object", []],
    ["null", null],
    ["an empty object", {}],
    ["no list of ids", { ...EMPTY, seen: "d-1" }],
    ["an id that is no text", { ...EMPTY, seen: ["d-1", 7] }],
    ["foreign ids that are no text", { ...EMPTY, foreign: [null] }],
    ["something else than results", { ...EMPTY, unannounced: ["d-1"] }],
    ["a result without a status", { ...EMPTY, unannounced: [{ id: "d-1" }] }],
    [
      "a result with a summary that is no text",
      { ...EMPTY, unannounced: [{ id: "d-1", status: "failed", summary: 7 }] },
    ],
    [
      "a result with an error that is no text",
      { ...EMPTY, unannounced: [{ id: "d-1", status: "failed", error: {} }] },
    ],
    ["a wake-up message without ids", { ...EMPTY, announcement: { messageId: "m" } }],
    ["a wake-up message without an id", { ...EMPTY, announcement: { ids: [] } }],
  ])("is corrupt and empty with %s in its file", async (_, content) => {
    const path = await place();
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    expect(await reopened(path)).toEqual({ found: "corrupt", state: EMPTY });
  });

  it("is stored with its version in a file of mode 0600", async () => {
    const path = await place();
    await createResultsJournal(path).store(EMPTY);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ version: 1 });
    const { stat } = await import("node:fs/promises");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("opens with any JSON in its file, as that state or as corrupt", async () => {
    const path = await place();
    const state = fc.record({
      seen: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
      foreign: fc.array(fc.string()),
      unannounced: fc.array(fc.oneof(fc.record({ id: fc.string(), status: fc.string() }), fc.jsonValue())),
      announcement: fc.oneof(
        fc.record({ messageId: fc.string(), ids: fc.array(fc.string()) }),
        fc.jsonValue(),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(state, fc.jsonValue()), async (content) => {
        await writeFile(path, JSON.stringify(content));
        const { found, state } = await reopened(path);
        expect(["kept", "corrupt"]).toContain(found);
        if (found === "kept") expect({ ...state }).toMatchObject(content as object);
        else expect(state).toEqual(EMPTY);
      }),
      { numRuns: 40 },
    );
  });
});
