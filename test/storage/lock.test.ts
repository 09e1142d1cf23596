import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startPlatform } from "a2a-peers/testing";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createLock } from "../../src/storage/lock";
import { scratchFolder } from "../heartbeat/helpers/folder";
import { bundle } from "../heartbeat/helpers/run-script";
import { watched } from "../results/helpers/polled";
import { done } from "../results/helpers/rows";
import type { BringHome } from "../results/scripts/bring-home";
import { soon, startBringer } from "../results/scripts/process";
import { idOf, takeFile } from "../results/scripts/reader";

/** Other systems do not tell when a process began. */
const TELLS_STARTS = existsSync("/proc/self/stat");
const LOCK = ".delegations.json.lock";
const RESULTS = "delegation_results.jsonl";

let bringHome: string;

beforeAll(async () => {
  bringHome = await bundle(new URL("../results/scripts/bring-home.ts", import.meta.url));
});

const lockPath = async () => join(await scratchFolder(), "lock");
const holderOf = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const deadPid = () => spawnSync(process.execPath, ["--version"]).pid;

describe("a lock", () => {
  it("is held by one at a time, and had again by whoever holds it", async () => {
    const path = await lockPath();
    const [first, second] = [createLock(path), createLock(path)];
    await first.acquire();
    await first.acquire();
    await expect(second.acquire()).rejects.toThrow("another heartbeat of this process");
    first.release();
    await second.acquire();
    await expect(first.acquire()).rejects.toThrow("another heartbeat of this process");
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
  });

  it("says who holds it", async () => {
    const path = await lockPath();
    await createLock(path).acquire();
    expect(holderOf(path)).toMatchObject({ pid: process.pid });
  });

  it("is not released by somebody else, and may be released twice", async () => {
    const path = await lockPath();
    const [first, second] = [createLock(path), createLock(path)];
    await first.acquire();
    second.release();
    await expect(second.acquire()).rejects.toThrow();
    first.release();
    first.release();
    expect(existsSync(path)).toBe(false);
  });

  it("is made in a folder that is not there yet", async () => {
    const path = join(await scratchFolder(), "new", "lock");
    await createLock(path).acquire();
    expect(existsSync(path)).toBe(true);
  });

  it("of a process that is gone is taken over", async () => {
    const path = await lockPath();
    await writeFile(path, JSON.stringify({ host: hostname(), pid: deadPid(), startedAt: "1", nonce: "n" }));
    await createLock(path).acquire();
    expect(holderOf(path).pid).toBe(process.pid);
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
  });

  if (TELLS_STARTS) {
    it("of a process whose number another one has now is taken over", async () => {
      const path = await lockPath();
      await writeFile(
        path,
        JSON.stringify({ host: hostname(), pid: process.ppid, startedAt: "1", nonce: "n" }),
      );
      await createLock(path).acquire();
      expect(holderOf(path).pid).toBe(process.pid);
    });
  }

  it("of a living process is not taken over, even where nobody knows when that began", async () => {
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
  ])("that is %s is taken over", async (_, text) => {
    const path = await lockPath();
    await writeFile(path, text);
    await createLock(path).acquire();
    expect(holderOf(path).pid).toBe(process.pid);
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
  });

  it("that is a link is replaced, and what it leads to stays as it is", async () => {
    const path = await lockPath();
    const victim = join(path, "..", "victim");
    await writeFile(victim, "precious");
    await symlink(victim, path);
    await createLock(path).acquire();
    expect(await readFile(victim, "utf8")).toBe("precious");
    expect(holderOf(path).pid).toBe(process.pid);
  });

  it("in whose place a folder or a pipe is cannot be had, and nobody waits for a writer", async () => {
    const path = await lockPath();
    await mkdir(path);
    await expect(createLock(path).acquire()).rejects.toThrow("not a regular file");
    await rm(path, { recursive: true });
    await promisify(execFile)("mkfifo", [path]);
    await expect(createLock(path).acquire()).rejects.toThrow("not a regular file");
  });
});

describe("two heartbeats of one workspace in one process", () => {
  it("one delivers, and the other says why it does not, and takes over when the first stops", async () => {
    const first = await watched();
    await first.begin();
    const second = await watched({ folder: first.folder });
    await second.begin();
    await first.next(done("a"));
    await second.next(done("a"));
    expect(first.ids("delegations.delivered")).toEqual(["a"]);
    expect(second.ids("delegations.delivered")).toEqual([]);
    expect(second.told("delegations.held_elsewhere").map(({ reason }) => reason)).toEqual([
      `another heartbeat of this process has ${join(first.folder, LOCK)} and brings these results home`,
    ]);
    await first.heartbeat.stop();
    expect(existsSync(join(first.folder, LOCK))).toBe(false);
    await second.next(done("b"), done("a"));
    expect(second.ids("delegations.delivered")).toEqual(["b"]);
    expect((await takeFile(join(first.folder, RESULTS))).map(idOf)).toEqual(["a", "b"]);
  });

  it.each(["stop", "close"] as const)("%s() lets the other one go on", async (ending) => {
    const first = await watched();
    await first.begin();
    expect(existsSync(join(first.folder, LOCK))).toBe(true);
    await (ending === "stop" ? first.heartbeat.stop() : first.client.close());
    expect(existsSync(join(first.folder, LOCK))).toBe(false);
    const second = await watched({ folder: first.folder });
    await second.begin();
    await second.next(done("a"));
    expect(await second.waiting()).toEqual(["a"]);
  });

  it("only the one that delivers can take results away; both can read them", async () => {
    const first = await watched();
    await first.begin();
    await first.next(done("a"));
    const second = await watched({ folder: first.folder });
    expect(await second.waiting()).toEqual(["a"]);
    await expect(second.heartbeat.results.acknowledge(["a"])).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("another heartbeat of this process"),
    });
    expect(await first.waiting()).toEqual(["a"]);
    await first.heartbeat.results.acknowledge(["a"]);
    expect(await second.waiting()).toEqual([]);
  });

  it("of two workspaces do not hinder each other", async () => {
    const [first, second] = [await watched(), await watched()];
    await first.begin();
    await second.begin();
    await first.next(done("a"));
    await second.next(done("b"));
    expect([await first.waiting(), await second.waiting()]).toEqual([["a"], ["b"]]);
  });
});

describe("processes", { timeout: 60_000 }, () => {
  /** A workspace whose heartbeat may run in several processes. */
  async function workspace() {
    const platform = await startPlatform();
    onTestFinished(() => platform.close());
    const folder = await scratchFolder();
    const addOne = (stateDir = folder) => {
      const me = platform.addWorkspace();
      const settings: BringHome = {
        platformUrl: platform.url,
        workspaceId: me.id,
        token: String(me.token),
        stateDir,
      };
      return {
        start: (more: Partial<BringHome> = {}) => startBringer(bringHome, { ...settings, ...more }),
        finish: (id: string) =>
          me.addDelegationRow({
            delegation_id: id,
            source_id: me.id,
            status: "completed",
            response_preview: id,
          }),
      };
    };
    return { folder, addOne };
  }

  const delivered = (bringer: ReturnType<typeof startBringer>) =>
    bringer.told("delegations.delivered").flatMap(({ delegationIds }) => delegationIds);

  it("of one workspace: one delivers, the other names it, and takes over when it was killed", async () => {
    const { folder, addOne } = await workspace();
    const { start, finish } = addOne();
    const first = start();
    await soon(() => expect(existsSync(join(folder, ".delegations.json"))).toBe(true));
    const second = start();
    await soon(() => expect(second.told("delegations.held_elsewhere")).not.toEqual([]));
    finish("a");
    await soon(() => expect(delivered(first)).toEqual(["a"]));
    expect(second.told("delegations.held_elsewhere")[0]?.reason).toBe(
      `process ${first.child.pid} has ${join(folder, LOCK)} and brings these results home`,
    );
    await first.kill();
    finish("b");
    await soon(() => expect(delivered(second)).toEqual(["b"]));
    expect((await takeFile(join(folder, RESULTS))).map(idOf)).toEqual(["a", "b"]);
    await second.stop();
    expect(existsSync(join(folder, LOCK))).toBe(false);
  });

  it("of two workspaces that share a results file never mix their results while one holds it", async () => {
    const { folder, addOne } = await workspace();
    const resultsFile = join(folder, "shared.jsonl");
    const [one, other] = [addOne(join(folder, "one")), addOne(join(folder, "other"))];
    const first = one.start({ resultsFile });
    await soon(() => expect(existsSync(join(folder, "one", ".delegations.json"))).toBe(true));
    const second = other.start({ resultsFile });
    await soon(() => expect(second.told("delegations.held_elsewhere")).not.toEqual([]));
    other.finish("b");
    one.finish("a");
    await soon(() => expect(delivered(first)).toEqual(["a"]));
    const beats = second.told("heartbeat.sent").length;
    await soon(() => expect(second.told("heartbeat.sent").length).toBeGreaterThan(beats + 2));
    expect(delivered(second)).toEqual([]);
    expect(second.told("delegations.held_elsewhere")[0]?.reason).toContain(`process ${first.child.pid} `);
    expect((await takeFile(resultsFile)).map(idOf)).toEqual(["a"]);
    await first.stop();
    // What it had not delivered was finished after it began to wait, so it comes now.
    await soon(() => expect(delivered(second)).toEqual(["b"]));
    expect((await takeFile(resultsFile)).map(idOf)).toEqual(["b"]);
    await second.stop();
    expect(await readdir(folder)).toEqual(["one", "other"]);
  });
});
