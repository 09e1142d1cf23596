import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJournal } from "../../src/storage/journal";
import { scratchFolder } from "../helpers/scratch-folder";

interface Counter {
  readonly count: number;
}

const counterJournal = (path: string | undefined) =>
  createJournal<Counter>({
    path,
    version: 7,
    empty: { count: 0 },
    parse: ({ count }) => (typeof count === "number" ? { count } : undefined),
    bound: ({ count }) => ({ count: Math.min(count, 10) }),
  });

const filePath = async () => join(await scratchFolder(), "journal");

async function reopen(path: string) {
  const journal = counterJournal(path);
  return { found: await journal.open(), state: journal.state };
}

describe("a journal", () => {
  it("stores its version beside the fields of the bounded state", async () => {
    const path = await filePath();
    await counterJournal(path).store({ count: 12 });
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ version: 7, count: 10 });
    expect(await reopen(path)).toEqual({ found: "kept", state: { count: 10 } });
  });

  it.each<[string, string]>([
    ["an earlier version", '{"version":6,"count":3}'],
    ["no version", '{"count":3}'],
    ["a state that does not parse", '{"version":7,"count":"3"}'],
    ["no JSON", '{"version":7,'],
    ["no text", ""],
    ["more than 1 MiB", `{"version":7,"count":3}${" ".repeat(1024 * 1024)}`],
  ])("is corrupt and empty with %s in its file", async (_, text) => {
    const path = await filePath();
    await writeFile(path, text);
    expect(await reopen(path)).toEqual({ found: "corrupt", state: { count: 0 } });
  });

  it("is neither opened nor changed with a later version in its file", async () => {
    const path = await filePath();
    const text = '{"version":8,"count":3}';
    await writeFile(path, text);
    await expect(reopen(path)).rejects.toThrow("is of a later version of this package");
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("keeps its state when the file is deleted while it is open", async () => {
    const journal = counterJournal(await filePath());
    expect(await journal.open()).toBe("new");
    journal.assume({ count: 4 });
    expect(await journal.open()).toBe("kept");
    expect(journal.state).toEqual({ count: 4 });
  });
});
