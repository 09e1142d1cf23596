import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { promises } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLock, type Lock } from "../../src/storage/lock";
import { scratchFolder } from "../heartbeat/helpers/folder";
import { bundle } from "../heartbeat/helpers/run-script";
import { watched } from "../results/helpers/polled";
import { done, page } from "../results/helpers/rows";
import { idOf, takeFile } from "../results/scripts/reader";

afterEach(() => void vi.restoreAllMocks());

const deadPid = () => spawnSync(process.execPath, ["--version"]).pid;
const lockPath = async () => join(await scratchFolder(), "lock");

describe("a heartbeat that waits for the lock of another", () => {
  it("delivers nothing again when it takes over after more results than are remembered", async () => {
    const first = await watched();
    await first.begin();
    const second = await watched({ folder: first.folder });
    await second.begin();
    const read: string[] = [];
    for (let from = 0; from < 700; from += 25) {
      const rows = page(from, from + 24);
      await first.next(...rows);
      await second.next(...rows);
      for (const line of await takeFile(join(first.folder, "delegation_results.jsonl")))
        read.push(idOf(line));
    }
    expect(read).toHaveLength(700);
    await first.heartbeat.stop();
    await second.next(...page(675, 699));
    for (const line of await takeFile(join(first.folder, "delegation_results.jsonl"))) read.push(idOf(line));
    expect(new Set(read).size).toBe(read.length);
  });
});

describe("a lock that was lost and had again", () => {
  it("what another delivered meanwhile is not delivered again", async () => {
    const first = await watched();
    await first.begin();
    const path = join(first.folder, "delegation_results.jsonl");
    // An operator, or a container that shares the folder and cannot see this process.
    await rm(join(first.folder, ".delegations.json.lock"));
    const second = await watched({ folder: first.folder });
    second.heartbeat.start();
    await second.next(done("a"));
    await second.next(done("b"), done("a"));
    await first.next(done("b"), done("a"));
    const read = (await takeFile(path)).map(idOf);
    await second.heartbeat.stop();
    await first.next(done("b"), done("a"));
    read.push(...(await takeFile(path)).map(idOf));
    expect(read).toEqual([...new Set(read)]);
    expect(read).toContain("b");
  });
});

describe("locks of processes killed while they took them", () => {
  it("leave nothing that stays for ever", async () => {
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

describe("three that find a dead lock", () => {
  it("never two of them hold it", async () => {
    const folder = await scratchFolder();
    const path = join(folder, "lock");
    await writeFile(path, "the dead");
    const [slow, quick, third] = [createLock(path), createLock(path), createLock(path)];
    const { unlink } = promises;
    const won: string[] = [];
    const tryToTake = (name: string, lock: Lock) =>
      lock.acquire().then(
        () => won.push(name),
        () => {},
      );
    let came = false;
    // The slow one has found the lock dead; before it can clear it away, two others come.
    vi.spyOn(promises, "unlink").mockImplementation(async (path) => {
      if (!came) {
        came = true;
        await Promise.all([tryToTake("quick", quick), tryToTake("third", third)]);
      }
      return unlink(path);
    });
    await tryToTake("slow", slow);
    vi.restoreAllMocks();
    expect(won).toHaveLength(1);
  });
});

describe("many processes that come at the same moment", { timeout: 60_000 }, () => {
  const RACERS = 8;
  const ROUNDS = 12;

  it.each([
    ["a dead lock", () => JSON.stringify({ host: hostname(), pid: deadPid(), startedAt: "1", nonce: "n" })],
    ["an empty lock", () => ""],
    ["garbage", () => "garbage"],
    ["no lock", () => undefined],
  ])(`find %s: at most one has it, in ${ROUNDS} races of ${RACERS}`, async (_, before) => {
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
      // Now nobody is in anybody's way.
      const second = (await order("take")).filter((each) => each === "won").length;
      expect(second).toBe(1);
      await order("release");
    }
    expect(await readdir(join(path, ".."))).toEqual([]);
  });
});

describe("a lock file larger than any lock", () => {
  it("is garbage like any other", async () => {
    const path = join(await scratchFolder(), "lock");
    await writeFile(path, "x".repeat(9000));
    await createLock(path).acquire();
    expect((await readFile(path, "utf8")).length).toBeLessThan(1000);
  });
});
