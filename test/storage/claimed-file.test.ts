import { existsSync } from "node:fs";
import { appendFile, chmod, lstat, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type ClaimedFile, createClaimedFile, createMemoryFile } from "../../src/storage/claimed-file";
import { scratchFolder } from "../heartbeat/helpers/folder";
import { takeFile } from "../results/scripts/reader";

const MEBIBYTE = 1024 * 1024;

async function fileInside(...names: string[]) {
  const path = join(await scratchFolder(), ...names, "delegation_results.jsonl");
  return { path, file: createClaimedFile(path) };
}

const nothingElse = async () => {};
const append =
  (...more: string[]) =>
  (lines: string[]) => [...lines, ...more];
const add = (file: ClaimedFile, ...more: string[]) => file.update(append(...more), nothingElse);
const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;
const linesOf = async (path: string) => (await readFile(path, "utf8")).split("\n");

/** The process ends when it is about to remember: nothing comes after. */
const endsIn = (change: (remember: () => Promise<void>) => Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    void change(() => {
      resolve();
      return new Promise(() => {});
    });
  });

describe("a change", () => {
  it("writes whole lines into a file for this user only, in a folder for this user only", async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { path, file } = await fileInside("new", "folder");
    await add(file, "one", "two");
    expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
    expect(await modeOf(path)).toBe(0o600);
    expect(await modeOf(dirname(path))).toBe(0o700);
    expect(await readdir(dirname(path))).toEqual(["delegation_results.jsonl"]);
  });

  it("adds to what is there, and takes the file back from everybody else", async () => {
    const { path, file } = await fileInside();
    await writeFile(path, "of another runtime\n");
    await chmod(path, 0o644);
    await add(file, "one");
    expect(await readFile(path, "utf8")).toBe("of another runtime\none\n");
    expect(await modeOf(path)).toBe(0o600);
  });

  it("ends a line that another writer left torn, and passes over blank ones", async () => {
    const { path, file } = await fileInside();
    await writeFile(path, '{"whole":1}\n\n  \n{"torn":');
    await add(file, "one");
    expect(await linesOf(path)).toEqual(['{"whole":1}', '{"torn":', "one", ""]);
  });

  it("leaves no file when no line is left", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    await file.update(() => [], nothingElse);
    expect(await readdir(dirname(path))).toEqual([]);
    expect(await file.read()).toEqual([]);
  });

  it("never changes a file in place: a reader that has it open reads it as it was", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const before = await stat(path);
    await add(file, "two");
    expect((await stat(path)).ino).not.toBe(before.ino);
  });

  it("shows readers nothing until it is remembered, and then all of it", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const seen: boolean[] = [];
    await file.update(append("two"), async () => void seen.push(existsSync(path)));
    expect(seen).toEqual([false]);
    expect(await file.read()).toEqual(["one", "two"]);
  });

  it("leaves the file as it was when what is to be written cannot be told", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const edit = () => {
      throw new Error("no idea");
    };
    await expect(file.update(edit, nothingElse)).rejects.toThrow("no idea");
    expect(await linesOf(path)).toEqual(["one", ""]);
    expect(await readdir(dirname(path))).toEqual(["delegation_results.jsonl"]);
  });

  it("that cannot be remembered takes nothing from readers", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    const fails = () => Promise.reject(new Error("no space"));
    await expect(file.update(append("two"), fails)).rejects.toThrow("no space");
    expect(await file.pending()).toBeUndefined();
    expect(await takeFile(path)).toEqual(["one"]);
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it("leaves its lines behind when the process ends, and putting them back shows them once", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    await endsIn((remember) => file.update(append("two"), remember));
    expect(await file.read()).toEqual([]);
    const later = createClaimedFile(path);
    expect(await later.pending()).toEqual(["one", "two"]);
    await later.recover();
    expect(await later.pending()).toBeUndefined();
    expect(await takeFile(path)).toEqual(["one", "two"]);
    await later.recover();
    expect(existsSync(path)).toBe(false);
  });

  it("takes in what others wrote meanwhile, behind its own lines", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    await file.update(append("two"), () => appendFile(path, "foreign\n"));
    expect(await linesOf(path)).toEqual(["one", "two", "foreign", ""]);
    expect(await readdir(dirname(path))).toEqual(["delegation_results.jsonl"]);
  });

  it("takes in what others wrote even when no line of its own is left", async () => {
    const { path, file } = await fileInside();
    await add(file, "one");
    await file.update(
      () => [],
      () => appendFile(path, "foreign\n"),
    );
    expect(await linesOf(path)).toEqual(["foreign", ""]);
  });

  it("puts back what was left behind together with what others wrote since", async () => {
    const { path, file } = await fileInside();
    await endsIn((remember) => file.update(append("one"), remember));
    await appendFile(path, "foreign\n");
    await file.recover();
    expect(await takeFile(path)).toEqual(["one", "foreign"]);
  });

  it("puts lines back that were set aside before anything else was done with them", async () => {
    const { path, file } = await fileInside();
    await writeFile(`${path}.newcomer`, "foreign\n");
    expect(await file.pending()).toEqual(["foreign"]);
    await file.recover();
    expect(await takeFile(path)).toEqual(["foreign"]);
    expect(await file.pending()).toBeUndefined();
  });

  it("shows each line once of what is in the claim, set aside, or both", async () => {
    const { path, file } = await fileInside();
    await writeFile(`${path}.claim`, "one\nforeign\n");
    await writeFile(`${path}.newcomer`, "foreign\nanother\n");
    await file.recover();
    expect(await takeFile(path)).toEqual(["one", "foreign", "another"]);
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it("does without the file when a reader takes it first", async () => {
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

describe("a file nobody reads", () => {
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

  it("makes room of a quarter at once, by its oldest lines", async () => {
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

describe("without a file system", () => {
  it("lines are kept, changed and bounded in memory", async () => {
    const memory = createMemoryFile();
    expect(memory.path).toBeUndefined();
    await add(memory, "one", "two");
    await memory.update((lines) => lines.filter((line) => line !== "one"), nothingElse);
    expect(await memory.read()).toEqual(["two"]);
    await expect(memory.update(append("three"), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await memory.read()).toEqual(["two"]);
    const line = "x".repeat(1023);
    expect(await add(memory, ...new Array<string>(4096).fill(line))).toBeGreaterThan(1000);
    await memory.recover();
    expect(await memory.pending()).toBeUndefined();
  });

  it("nobody can change the lines but by a change", async () => {
    const memory = createMemoryFile();
    await add(memory, "one");
    (await memory.read()).pop();
    await memory.update((lines) => {
      lines.pop();
      return ["one"];
    }, nothingElse);
    expect(await memory.read()).toEqual(["one"]);
  });
});
