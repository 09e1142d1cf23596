import { existsSync } from "node:fs";
import { readFile, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLock, LockHeldError } from "../../src/storage/lock";
import { currentHolder } from "../../src/storage/lock-holder";
import { scratchFolder } from "../helpers/scratch-folder";

const MINUTE = 60_000;

const lockPath = async () => join(await scratchFolder(), "lock");

/** Sets when the file was touched last. */
async function touchedAgo(path: string, ms: number): Promise<void> {
  const time = new Date(Date.now() - ms);
  await utimes(path, time, time);
}

describe("the lock of a process that runs", () => {
  it("is taken over when it was not renewed for three minutes", async () => {
    const path = await lockPath();
    const [first, second] = [createLock(path), createLock(path)];
    await first.acquire();
    await touchedAgo(path, 2.9 * MINUTE);
    await expect(second.acquire()).rejects.toThrow(LockHeldError);
    await touchedAgo(path, 3 * MINUTE);
    expect(await second.acquire()).toBe(true);
    await expect(first.acquire()).rejects.toThrow(LockHeldError);
  });

  it("is kept by a holder that renews it", async () => {
    const path = await lockPath();
    const [first, second] = [createLock(path), createLock(path)];
    await first.acquire();
    await touchedAgo(path, 10 * MINUTE);
    expect(await first.acquire()).toBe(false);
    await expect(second.acquire()).rejects.toThrow(LockHeldError);
  });

  it("is taken over from a worker thread that ended without releasing it", async () => {
    const path = await lockPath();
    const holder = { ...(await currentHolder("nonce-of-the-thread")) };
    const worker = new Worker(
      `const { workerData: { path, text } } = require("node:worker_threads");
       require("node:fs").writeFileSync(path, text);`,
      { eval: true, workerData: { path, text: JSON.stringify(holder) } },
    );
    onTestFinished(async () => void (await worker.terminate()));
    await new Promise((resolve) => worker.once("exit", resolve));
    const lock = createLock(path);
    await expect(lock.acquire()).rejects.toThrow(LockHeldError);
    await touchedAgo(path, 3 * MINUTE);
    expect(await lock.acquire()).toBe(true);
  });
});

describe("a process number", () => {
  if (existsSync("/proc/self/ns/pid")) {
    it.each([
      ["another container of the same host name", (scope: string) => scope.replace(/\d+\]$/, "1]")],
      ["another machine of the same host name", (scope: string) => `1${scope}`],
    ])("of %s is not looked up here", async (_, change) => {
      const path = await lockPath();
      // The same number as this process, which runs here, with another start.
      const own = await currentHolder("other");
      const other = { ...own, pidScope: change(own.pidScope), startedAt: "1" };
      await writeFile(path, JSON.stringify(other));
      await expect(createLock(path).acquire()).rejects.toThrow(LockHeldError);
      await touchedAgo(path, 3 * MINUTE);
      expect(await createLock(path).acquire()).toBe(true);
    });

    it("in the lock file of an earlier version is looked up by the host name alone", async () => {
      const path = await lockPath();
      await writeFile(
        path,
        JSON.stringify({ host: hostname(), pid: process.pid, startedAt: "1", nonce: "n" }),
      );
      expect(await createLock(path).acquire()).toBe(true);
      expect(JSON.parse(await readFile(path, "utf8")).pidScope).toMatch(/^[\w-]{36} pid:\[\d+\]$/);
    });
  }
});
