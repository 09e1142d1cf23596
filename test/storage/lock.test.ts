import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createLock, LockHeldError } from "../../src/storage/lock";
import { scratchFolder } from "../helpers/scratch-folder";

/** Other systems do not say when a process started. */
const HAS_PROCESS_STARTS = existsSync("/proc/self/stat");

const lockPath = async () => join(await scratchFolder(), "lock");
const readHolder = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const deadPid = () => spawnSync(process.execPath, ["--version"]).pid;

describe("a lock", () => {
  it("is held by one at a time, and acquired again by its holder", async () => {
    const path = await lockPath();
    const [first, second] = [createLock(path), createLock(path)];
    expect(await first.acquire()).toBe(true);
    expect(await first.acquire()).toBe(false);
    await expect(second.acquire()).rejects.toThrow("another lock of this process");
    first.release();
    await second.acquire();
    await expect(first.acquire()).rejects.toThrow("another lock of this process");
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
  });

  it("words the error for another holder as its creator wants", async () => {
    const path = await lockPath();
    await createLock(path).acquire();
    const second = createLock(path, ({ pid }, held) => `process ${pid} uses ${held}`);
    await expect(second.acquire()).rejects.toThrow(new LockHeldError(`process ${process.pid} uses ${path}`));
  });

  it("names its holder in the file", async () => {
    const path = await lockPath();
    await createLock(path).acquire();
    expect(readHolder(path)).toMatchObject({ pid: process.pid });
  });

  it("is not released by another lock, and may be released twice", async () => {
    const path = await lockPath();
    const [first, second] = [createLock(path), createLock(path)];
    await first.acquire();
    second.release();
    await expect(second.acquire()).rejects.toThrow();
    first.release();
    first.release();
    expect(existsSync(path)).toBe(false);
  });

  it("is created together with its folder", async () => {
    const path = join(await scratchFolder(), "new", "lock");
    await createLock(path).acquire();
    expect(existsSync(path)).toBe(true);
  });

  it("is taken over from a process that is gone", async () => {
    const path = await lockPath();
    await writeFile(path, JSON.stringify({ host: hostname(), pid: deadPid(), startedAt: "1", nonce: "n" }));
    await createLock(path).acquire();
    expect(readHolder(path).pid).toBe(process.pid);
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
  });

  if (HAS_PROCESS_STARTS) {
    it("is taken over from a process whose number another one has now", async () => {
      const path = await lockPath();
      await writeFile(
        path,
        JSON.stringify({ host: hostname(), pid: process.ppid, startedAt: "1", nonce: "n" }),
      );
      await createLock(path).acquire();
      expect(readHolder(path).pid).toBe(process.pid);
    });
  }

  it("is not taken over from a live process, even without the time it started", async () => {
    const path = await lockPath();
    const text = JSON.stringify({ host: hostname(), pid: process.ppid, startedAt: "", nonce: "n" });
    await writeFile(path, text);
    await expect(createLock(path).acquire()).rejects.toThrow(`process ${process.ppid} has ${path}`);
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it.each([
    ["empty", ""],
    ["blank", " \n"],
    ["garbage", "\0\u0001 half of a lo"],
    ["torn", '{"pid":1,"star'],
    ["of another shape", '{"pid":"1","startedAt":"1","nonce":"n"}'],
    ["a number", "1234"],
    ["larger than any lock", "x".repeat(9000)],
  ])("is taken over when its file is %s", async (_, text) => {
    const path = await lockPath();
    await writeFile(path, text);
    await createLock(path).acquire();
    expect(readHolder(path).pid).toBe(process.pid);
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
  });

  it("replaces a symbolic link, whose target stays as it is", async () => {
    const path = await lockPath();
    const victim = join(path, "..", "victim");
    await writeFile(victim, "precious");
    await symlink(victim, path);
    await createLock(path).acquire();
    expect(await readFile(victim, "utf8")).toBe("precious");
    expect(readHolder(path).pid).toBe(process.pid);
  });

  it("fails at once where a folder or a pipe has its name", async () => {
    const path = await lockPath();
    await mkdir(path);
    await expect(createLock(path).acquire()).rejects.toThrow("not a regular file");
    await rm(path, { recursive: true });
    await promisify(execFile)("mkfifo", [path]);
    await expect(createLock(path).acquire()).rejects.toThrow("not a regular file");
  });
});
