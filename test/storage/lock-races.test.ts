import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { promises } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLock, type Lock } from "../../src/storage/lock";
import { bundle } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";

afterEach(() => void vi.restoreAllMocks());

const deadPid = () => spawnSync(process.execPath, ["--version"]).pid;
const lockPath = async () => join(await scratchFolder(), "lock");

describe("processes that were killed while they took a lock", () => {
  it("leave no file that the next holder does not remove", async () => {
    const folder = await scratchFolder();
    const path = join(folder, "lock");
    for (const name of [
      "332fa8be-e0dd-46cf-9ef3-ccbe7459cb62.tmp",
      "332fa8be-e0dd-46cf-9ef3-ccbe7459cb62.tmp.x.tmp",
      "332fa8be-e0dd-46cf-9ef3-ccbe7459cb62.rival",
    ]) {
      await writeFile(`${path}.${name}`, "{}");
      await promises.utimes(`${path}.${name}`, 0, 0);
    }
    await createLock(path).acquire();
    expect(await readdir(folder)).toEqual(["lock"]);
  });
});

describe("three contenders for an abandoned lock", () => {
  it("only one of them holds it", async () => {
    const folder = await scratchFolder();
    const path = join(folder, "lock");
    await writeFile(path, "abandoned");
    const [slow, quick, third] = [createLock(path), createLock(path), createLock(path)];
    const { unlink } = promises;
    const won: string[] = [];
    const tryToTake = (name: string, lock: Lock) =>
      lock.acquire().then(
        () => won.push(name),
        () => {},
      );
    let interrupted = false;
    // The slow one has found the lock abandoned; two others come before it removes the file.
    vi.spyOn(promises, "unlink").mockImplementation(async (path) => {
      if (!interrupted) {
        interrupted = true;
        await Promise.all([tryToTake("quick", quick), tryToTake("third", third)]);
      }
      return unlink(path);
    });
    await tryToTake("slow", slow);
    vi.restoreAllMocks();
    expect(won).toHaveLength(1);
  });
});

describe("many processes that acquire a lock at the same moment", { timeout: 60_000 }, () => {
  const RACERS = 8;
  const ROUNDS = 12;

  it.each([
    [
      "an abandoned lock",
      () => JSON.stringify({ host: hostname(), pid: deadPid(), startedAt: "1", nonce: "n" }),
    ],
    ["an empty lock", () => ""],
    ["garbage", () => "garbage"],
    ["no lock", () => undefined],
  ])(`over %s: at most one holds it, in ${ROUNDS} races of ${RACERS}`, async (_, before) => {
    const raceForLock = await bundle(new URL("./scripts/race-for-lock.ts", import.meta.url));
    const text = before();
    const path = await lockPath();
    const racers: ChildProcess[] = [];
    onTestFinished(async () => {
      for (const racer of racers) racer.kill("SIGKILL");
    });
    for (let count = 0; count < RACERS; count += 1) racers.push(fork(raceForLock, [path], { execArgv: [] }));
    const answers = () => Promise.all(racers.map(async (racer) => (await once(racer, "message"))[0]));
    const order = (what: string) => {
      const all = answers();
      for (const racer of racers) racer.send(what);
      return all;
    };
    expect(await answers()).toEqual(racers.map(() => "ready"));
    for (let round = 0; round < ROUNDS; round += 1) {
      if (text !== undefined) await writeFile(path, text);
      const first = (await order("take")).filter((each) => each === "won").length;
      expect(first).toBeLessThanOrEqual(1);
      // Without other contenders for an abandoned lock, one surely gets it.
      const second = (await order("take")).filter((each) => each === "won").length;
      expect(second).toBe(1);
      await order("release");
    }
    expect(await readdir(join(path, ".."))).toEqual([]);
  });
});
