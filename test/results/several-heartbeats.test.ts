import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { startPlatform } from "a2a-peers/testing";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bundle } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";
import { startDeliverer, waitUntil, withoutStream } from "./helpers/deliverer";
import { startFixture } from "./helpers/polling-fixture";
import { idOf, takeFile } from "./helpers/reader";
import { done, page } from "./helpers/rows";
import type { DelivererOptions } from "./scripts/deliver-results";

const LOCK = ".delegations.json.lock";
const RESULTS = "delegation_results.jsonl";

let script: string;

beforeAll(async () => {
  script = await bundle(new URL("./scripts/deliver-results.ts", import.meta.url));
});

describe("a heartbeat that waits for another one to end", () => {
  it("delivers no result twice when it takes over after more results than the journal keeps", async () => {
    const first = await startFixture();
    await first.begin();
    const second = await startFixture({ folder: first.folder });
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

describe("a heartbeat whose lock file was deleted", () => {
  it("does not deliver again what another one delivered meanwhile", async () => {
    const first = await startFixture();
    await first.begin();
    const path = join(first.folder, "delegation_results.jsonl");
    // As an operator does, or a container that shares the folder and cannot see this process.
    await rm(join(first.folder, ".delegations.json.lock"));
    const second = await startFixture({ folder: first.folder });
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

describe("two heartbeats of one workspace in one process", () => {
  it("deliver through one, while the other reports why it does not and takes over when the first stops", async () => {
    const first = await startFixture();
    await first.begin();
    const second = await startFixture({ folder: first.folder });
    await second.begin();
    await first.next(done("a"));
    await second.next(done("a"));
    expect(first.ids("delegations.delivered")).toEqual(["a"]);
    expect(second.ids("delegations.delivered")).toEqual([]);
    expect(second.eventsOf("delegations.held_elsewhere").map(({ reason }) => reason)).toEqual([
      `another heartbeat of this process has ${join(first.folder, LOCK)} and brings these results home`,
    ]);
    await first.heartbeat.stop();
    expect(existsSync(join(first.folder, LOCK))).toBe(false);
    await second.next(done("b"), done("a"));
    expect(second.ids("delegations.delivered")).toEqual(["b"]);
    expect((await takeFile(join(first.folder, RESULTS))).map(idOf)).toEqual(["a", "b"]);
  });

  it.each(["stop", "close"] as const)("let the other one deliver after %s()", async (ending) => {
    const first = await startFixture();
    await first.begin();
    expect(existsSync(join(first.folder, LOCK))).toBe(true);
    await (ending === "stop" ? first.heartbeat.stop() : first.client.close());
    expect(existsSync(join(first.folder, LOCK))).toBe(false);
    const second = await startFixture({ folder: first.folder });
    await second.begin();
    await second.next(done("a"));
    expect(await second.waiting()).toEqual(["a"]);
  });

  it("can both read results, and only the one that delivers can acknowledge them", async () => {
    const first = await startFixture();
    await first.begin();
    await first.next(done("a"));
    const second = await startFixture({ folder: first.folder });
    expect(await second.waiting()).toEqual(["a"]);
    await expect(second.heartbeat.results.acknowledge(["a"])).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("another heartbeat of this process"),
    });
    expect(await first.waiting()).toEqual(["a"]);
    await first.heartbeat.results.acknowledge(["a"]);
    expect(await second.waiting()).toEqual([]);
  });

  it("do not block each other when they are of two workspaces", async () => {
    const [first, second] = [await startFixture(), await startFixture()];
    await first.begin();
    await second.begin();
    await first.next(done("a"));
    await second.next(done("b"));
    expect([await first.waiting(), await second.waiting()]).toEqual([["a"], ["b"]]);
  });
});

describe("two processes", { timeout: 60_000 }, () => {
  /** A workspace whose heartbeat may run in several processes. */
  async function workspace() {
    const platform = withoutStream(await startPlatform());
    onTestFinished(() => platform.close());
    const folder = await scratchFolder();
    const addOne = (stateDir = folder) => {
      const me = platform.addWorkspace();
      const settings: DelivererOptions = {
        platformUrl: platform.url,
        workspaceId: me.id,
        token: String(me.token),
        stateDir,
      };
      return {
        start: (more: Partial<DelivererOptions> = {}) => startDeliverer(script, { ...settings, ...more }),
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

  const delivered = (deliverer: ReturnType<typeof startDeliverer>) =>
    deliverer.eventsOf("delegations.delivered").flatMap(({ delegationIds }) => delegationIds);

  it("of one workspace deliver through one, and the other names it and takes over when it was killed", async () => {
    const { folder, addOne } = await workspace();
    const { start, finish } = addOne();
    const first = start();
    await waitUntil(() => expect(existsSync(join(folder, ".delegations.json"))).toBe(true));
    const second = start();
    await waitUntil(() => expect(second.eventsOf("delegations.held_elsewhere")).not.toEqual([]));
    finish("a");
    await waitUntil(() => expect(delivered(first)).toEqual(["a"]));
    expect(second.eventsOf("delegations.held_elsewhere")[0]?.reason).toBe(
      `process ${first.child.pid} has ${join(folder, LOCK)} and brings these results home`,
    );
    await first.kill();
    finish("b");
    await waitUntil(() => expect(delivered(second)).toEqual(["b"]));
    expect((await takeFile(join(folder, RESULTS))).map(idOf)).toEqual(["a", "b"]);
    await second.stop();
    expect(existsSync(join(folder, LOCK))).toBe(false);
  });

  it("of two workspaces that share a results file never mix their results while one holds it", async () => {
    const { folder, addOne } = await workspace();
    const resultsFile = join(folder, "shared.jsonl");
    const [one, other] = [addOne(join(folder, "one")), addOne(join(folder, "other"))];
    const first = one.start({ resultsFile });
    await waitUntil(() => expect(existsSync(join(folder, "one", ".delegations.json"))).toBe(true));
    const second = other.start({ resultsFile });
    await waitUntil(() => expect(second.eventsOf("delegations.held_elsewhere")).not.toEqual([]));
    other.finish("b");
    one.finish("a");
    await waitUntil(() => expect(delivered(first)).toEqual(["a"]));
    const beats = second.eventsOf("heartbeat.sent").length;
    await waitUntil(() => expect(second.eventsOf("heartbeat.sent").length).toBeGreaterThan(beats + 2));
    expect(delivered(second)).toEqual([]);
    expect(second.eventsOf("delegations.held_elsewhere")[0]?.reason).toContain(`process ${first.child.pid} `);
    expect((await takeFile(resultsFile)).map(idOf)).toEqual(["a"]);
    await first.stop();
    // It was finished after the second heartbeat began to wait for results, so it is delivered now.
    await waitUntil(() => expect(delivered(second)).toEqual(["b"]));
    expect((await takeFile(resultsFile)).map(idOf)).toEqual(["b"]);
    await second.stop();
    expect(await readdir(folder)).toEqual(["one", "other"]);
  });
});
