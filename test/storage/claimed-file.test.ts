import { existsSync } from "node:fs";
import { appendFile, chmod, lstat, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type ClaimedFile, createClaimedFile, createMemoryFile } from "../../src/storage/claimed-file";
import { scratchFolder } from "../helpers/scratch-folder";
import { takeFile } from "../results/helpers/reader";

const MEBIBYTE = 1024 * 1024;

async function fileInside(...names: string[]) {
  const path = join(await scratchFolder(), ...names, "delegation_results.jsonl");
  return { path, file: createClaimedFile(path) };
}

const noCommit = async () => {};
const append =
  (...more: string[]) =>
  (lines: string[]) => [...lines, ...more];
const add = (file: ClaimedFile, ...more: string[]) => file.update(append(...more), noCommit);
const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;
const linesOf = async (path: string) => (await readFile(path, "utf8")).split("\n");

/** Runs an update up to its commit and no further, as when the process ends there. */
const interrupt = (update: (commit: () => Promise<void>) => Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    void update(() => {
      resolve();
      return new Promise(() => {});
    });
  });

describe("an update", () => {
  it("writes whole lines into a file of mode 0600 in a folder of mode 0700", async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { path, file } = await fileInside("new", "folder");
    await add(file, "one", "two");
    expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
    expect(await modeOf(path)).toBe(0o600);
    expect(await modeOf(dirname(path))).toBe(0o700);
    expect(await readdir(dirname(path))).toEqual(["delegation_results.jsonl"]);
  });

  it("keeps the lines of the file and sets its mode to 0600", async () => {
    const { path, file } = await fileInside();
    await writeFile(path, "of another runtime\n");
    await chmod(path, 0o644);
    await add(file, "one");
    expect(await readFile(path, "utf8")).toBe("of another runtime\none\n");
    expect(await modeOf(path)).toBe(0o600);
  });

  it("ends a torn line of another writer and drops blank ones", async () => {
    const { path, file } = await fileInside();
    await writeFile(path, '{"whole":1}\n\n  \n{"torn":');
    await add(file, "one");
    expect(await linesOf(path)).toEqual(['{"whole":1}', '{"torn":', "one", ""]);
  });

  it("leaves no file when no line is left", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    await file.update(() => [], noCommit);
    expect(await readdir(dirname(path))).toEqual([]);
    expect(await file.read()).toEqual([]);
  });

  it("replaces the file: a reader that has it open reads the old content", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const before = await stat(path);
    await add(file, "two");
    expect((await stat(path)).ino).not.toBe(before.ino);
  });

  it("hides the file from readers until it is committed", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const seen: boolean[] = [];
    await file.update(append("two"), async () => void seen.push(existsSync(path)));
    expect(seen).toEqual([false]);
    expect(await file.read()).toEqual(["one", "two"]);
  });

  it("leaves the file as it was when the edit throws", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const edit = () => {
      throw new Error("no lines");
    };
    await expect(file.update(edit, noCommit)).rejects.toThrow("no lines");
    expect(await linesOf(path)).toEqual(["one", ""]);
    expect(await readdir(dirname(path))).toEqual(["delegation_results.jsonl"]);
  });

  it("leaves the file as it was when the commit fails", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const fails = () => Promise.reject(new Error("no space"));
    await expect(file.update(append("two"), fails)).rejects.toThrow("no space");
    expect(await file.pending()).toBeUndefined();
    expect(await takeFile(path)).toEqual(["one"]);
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it("that is interrupted leaves its lines pending, and recovery shows them once", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    await interrupt((commit) => file.update(append("two"), commit));
    expect(await file.read()).toEqual([]);
    const later = createClaimedFile(path);
    expect(await later.pending()).toEqual(["one", "two"]);
    await later.recover();
    expect(await later.pending()).toBeUndefined();
    expect(await takeFile(path)).toEqual(["one", "two"]);
    await later.recover();
    expect(existsSync(path)).toBe(false);
  });

  it("puts the lines others wrote meanwhile behind its own", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    await file.update(append("two"), () => appendFile(path, "foreign\n"));
    expect(await linesOf(path)).toEqual(["one", "two", "foreign", ""]);
    expect(await readdir(dirname(path))).toEqual(["delegation_results.jsonl"]);
  });

  it("keeps the lines others wrote meanwhile when it leaves none of its own", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    await file.update(
      () => [],
      () => appendFile(path, "foreign\n"),
    );
    expect(await linesOf(path)).toEqual(["foreign", ""]);
  });

  it("that is interrupted is recovered together with the lines others wrote since", async () => {
    const { path, file } = await fileInside();
    await interrupt((commit) => file.update(append("one"), commit));
    await appendFile(path, "foreign\n");
    await file.recover();
    expect(await takeFile(path)).toEqual(["one", "foreign"]);
  });

  it("recovers stray lines alone", async () => {
    const { path, file } = await fileInside();
    await writeFile(`${path}.newcomer`, "foreign\n");
    expect(await file.pending()).toEqual(["foreign"]);
    await file.recover();
    expect(await takeFile(path)).toEqual(["foreign"]);
    expect(await file.pending()).toBeUndefined();
  });

  it("recovers each line once that is claimed, stray or both", async () => {
    const { path, file } = await fileInside();
    await writeFile(`${path}.claim`, "one\nforeign\n");
    await writeFile(`${path}.newcomer`, "foreign\nanother\n");
    await file.recover();
    expect(await takeFile(path)).toEqual(["one", "foreign", "another"]);
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it("starts without lines when a reader takes the file first", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const { promises } = await import("node:fs");
    const lstats = vi.spyOn(promises, "lstat");
    onTestFinished(() => lstats.mockRestore());
    const taken: string[] = [];
    lstats.mockImplementationOnce(async (...given: Parameters<typeof lstat>) => {
      const found = await lstat(given[0]);
      taken.push(...(await takeFile(path)));
      return found as never;
    });
    await add(file, "two");
    expect(taken).toEqual(["one"]);
    expect(await takeFile(path)).toEqual(["two"]);
  });
});

describe("a file that no reader takes", () => {
  const kibibyte = (name: string) => name.padEnd(1023, ".");
  const many = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => kibibyte(`${from + index} `));

  it("holds 4 MiB, and not a byte more", async () => {
    const { path, file } = await fileInside();
    expect(await add(file, ...many(4096))).toBe(0);
    expect((await stat(path)).size).toBe(4 * MEBIBYTE);
    expect(await add(file, "")).toBe(1025);
    expect((await stat(path)).size).toBeLessThanOrEqual(3 * MEBIBYTE);
  });

  it("drops its oldest lines down to three quarters", async () => {
    const { file } = await fileInside();
    await add(file, ...many(4096));
    const dropped = await add(file, kibibyte("the latest "));
    const kept = await file.read();
    expect(dropped).toBe(1025);
    expect(kept).toHaveLength(4097 - dropped);
    expect(kept.at(0)).toBe(kibibyte("1025 "));
    expect(kept.at(-1)).toBe(kibibyte("the latest "));
  });

  it("is measured in bytes, not in characters", async () => {
    const { path, file } = await fileInside();
    const dropped = await add(file, ...many(2000).map((line) => line.replaceAll(".", "😀")));
    expect(dropped).toBeGreaterThan(0);
    expect((await stat(path)).size).toBeLessThanOrEqual(3 * MEBIBYTE);
  });

  it("keeps the latest line however long it is", async () => {
    const { file } = await fileInside();
    const huge = "x".repeat(5 * MEBIBYTE);
    expect(await add(file, "one", huge)).toBe(1);
    expect(await file.read()).toEqual([huge]);
  });
});

describe("lines in memory", () => {
  it("are read, updated and bounded like those of a file", async () => {
    const memory = createMemoryFile();
    expect(memory.path).toBeUndefined();
    await add(memory, "one", "two");
    await memory.update((lines) => lines.filter((line) => line !== "one"), noCommit);
    expect(await memory.read()).toEqual(["two"]);
    await expect(memory.update(append("three"), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await memory.read()).toEqual(["two"]);
    const line = "x".repeat(1023);
    expect(await add(memory, ...new Array<string>(4096).fill(line))).toBeGreaterThan(1000);
    await memory.recover();
    expect(await memory.pending()).toBeUndefined();
  });

  it("are not changed through the arrays a caller has", async () => {
    const memory = createMemoryFile();
    await add(memory, "one");
    (await memory.read()).pop();
    await memory.update((lines) => {
      lines.pop();
      return ["one"];
    }, noCommit);
    expect(await memory.read()).toEqual(["one"]);
  });
});
