import { readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPlatform } from "a2a-peers/testing";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createLock } from "../../src/storage/lock";
import { OWN, STRANGER } from "../helpers/ids";
import { bundle } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";
import { startDeliverer, waitUntil } from "./helpers/deliverer";
import { startFixture } from "./helpers/polling-fixture";
import { idOf, takeFile } from "./helpers/reader";
import { done } from "./helpers/rows";
import { lineOf, result } from "./helpers/stores";

const RESULTS = "delegation_results.jsonl";

describe("two processes with a workspace each and one state folder", { timeout: 60_000 }, () => {
  let script: string;
  beforeAll(async () => {
    script = await bundle(new URL("./scripts/deliver-results.ts", import.meta.url));
  });

  it("deliver the results of both, each into its own files", async () => {
    const platform = await startPlatform();
    onTestFinished(() => platform.close());
    const stateDir = await scratchFolder();
    const start = async (id: string) => {
      const me = platform.addWorkspace();
      const identity = { platformUrl: platform.url, workspaceId: me.id, token: String(me.token), stateDir };
      const deliverer = startDeliverer(script, identity);
      await waitUntil(() => expect(deliverer.eventsOf("heartbeat.sent").length).toBeGreaterThan(2));
      me.addDelegationRow({ delegation_id: id, source_id: me.id, status: "completed", response_preview: id });
      return { me, deliverer };
    };
    const first = await start("a");
    const second = await start("b");
    await waitUntil(async () => expect((await takeFile(join(stateDir, RESULTS))).map(idOf)).toEqual(["a"]));
    await waitUntil(async () =>
      expect((await takeFile(join(stateDir, second.me.id, RESULTS))).map(idOf)).toEqual(["b"]),
    );
    expect(second.deliverer.eventsOf("delegations.held_elsewhere")).toEqual([]);
    expect((await readFile(join(stateDir, ".workspace_id"), "utf8")).trim()).toBe(first.me.id);
    await first.deliverer.stop();
    await second.deliverer.stop();
  });
});

describe("a results file without a journal", () => {
  it("counts as delivered: its results are not delivered again", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, RESULTS), `${lineOf("a")}\n`);
    const me = await startFixture({ folder, rows: [done("b"), done("a")], delegations: { replayOld: true } });
    await me.begin();
    await me.next(done("b"), done("a"));
    expect((await takeFile(join(folder, RESULTS))).map(idOf)).toEqual(["a", "b"]);
  });

  it("has lines of another workspace that are neither announced nor read", async () => {
    const folder = await scratchFolder();
    const foreign = JSON.stringify(result("f", { source_id: STRANGER }));
    await writeFile(join(folder, `${RESULTS}.claim`), `${foreign}\n${lineOf("a")}\n`);
    const me = await startFixture({ folder, delegations: { announce: true, notify: true } });
    await me.begin();
    await me.pass(0);
    expect(me.ids("delegations.delivered")).toEqual(["a"]);
    expect(me.ids("delegations.announced")).toEqual(["a"]);
    expect(me.notices()).toHaveLength(1);
    expect(await me.waiting()).toEqual(["a"]);
    // They stay in the file for the other workspace.
    expect((await takeFile(join(folder, RESULTS))).map(idOf)).toEqual(["f", "a"]);
  });
});

describe("a lock of another host or container", () => {
  const elsewhere = JSON.stringify({ host: "elsewhere", pid: 1, startedAt: "1", nonce: "n" });

  it("is respected while its holder renews it, and named in the event", async () => {
    const path = join(await scratchFolder(), "lock");
    await writeFile(path, elsewhere);
    await expect(createLock(path).acquire()).rejects.toThrow(`process 1 on elsewhere has ${path}`);
  });

  it("is taken over when it was not renewed for three minutes", async () => {
    const path = join(await scratchFolder(), "lock");
    await writeFile(path, elsewhere);
    const then = new Date(Date.now() - 181_000);
    await utimes(path, then, then);
    expect(await createLock(path).acquire()).toBe(true);
  });

  it("is renewed by each poll", async () => {
    const path = join(await scratchFolder(), "lock");
    const lock = createLock(path);
    await lock.acquire();
    await utimes(path, 0, 0);
    expect(await lock.acquire()).toBe(false);
    await writeFile(path, (await readFile(path, "utf8")).replace(/"host":"[^"]*"/, '"host":"elsewhere"'));
    await expect(createLock(path).acquire()).rejects.toThrow("on elsewhere");
  });
});

it("a heartbeat that has lost its lock sends no message, and leaves the journal of its successor as it is", async () => {
  const first = await startFixture({ delegations: { announce: true, cooldownMs: 100_000 } });
  await first.begin();
  await first.next(done("a"));
  await first.next(done("b"), done("a"));
  expect(first.messages()).toHaveLength(1);
  // As if another container had taken over because the lock was not renewed.
  const lock = join(first.folder, ".delegations.json.lock");
  await writeFile(lock, JSON.stringify({ host: "elsewhere", pid: 1, startedAt: "1", nonce: "n" }));
  const journal = join(first.folder, ".delegations.json");
  const successors = (await readFile(journal, "utf8")).replace('"seen":[', '"seen":["c",');
  await writeFile(journal, successors);
  await first.pass(250_000);
  expect(first.messages()).toHaveLength(1);
  expect(await readFile(journal, "utf8")).toBe(successors);
  expect(first.eventsOf("delegations.held_elsewhere")).toHaveLength(1);
});

describe("an acknowledged result", () => {
  it("is not announced, also when it was acknowledged during the cooldown", async () => {
    const me = await startFixture({ delegations: { announce: true, cooldownMs: 100_000 } });
    await me.begin();
    await me.next(done("a"));
    await me.next(done("b"), done("a"));
    expect(me.messages()).toHaveLength(1);
    await me.heartbeat.results.acknowledge(["a", "b"]);
    await me.pass(200_000);
    expect(me.messages()).toHaveLength(1);
  });

  it("is not delivered when it was acknowledged before", async () => {
    const me = await startFixture({ delegations: { announce: true } });
    await me.begin();
    await me.heartbeat.results.acknowledge(["a"]);
    await me.next(done("b"), done("a"));
    expect(await me.waiting()).toEqual(["b"]);
  });

  it.each([501, 1005, 2500])(
    "does not come again, nor do the listed ones, after %i at once",
    async (count) => {
      const me = await startFixture({ delegations: { replayOld: true } });
      await me.begin();
      const listed = Array.from({ length: 50 }, (_, index) => done(`listed-${index}`));
      await me.next(...listed);
      expect(me.ids("delegations.delivered")).toHaveLength(50);
      const others = Array.from({ length: count }, (_, index) => `d-${index}`);
      await me.heartbeat.results.acknowledge([...listed.map((row) => String(row.delegation_id)), ...others]);
      await me.next(...listed);
      const again = await startFixture({ folder: me.folder, rows: listed, delegations: { replayOld: true } });
      await me.heartbeat.stop();
      await again.begin();
      await again.next(...listed, done(`d-${count - 1}`), done("fresh"));
      expect(again.ids("delegations.delivered")).toEqual(["fresh"]);
      expect(me.ids("delegations.delivered")).toHaveLength(50);
    },
  );

  it("does not prevent a first start from skipping what was finished before", async () => {
    const me = await startFixture({ rows: [done("old")] });
    await me.heartbeat.results.acknowledge(["a"]);
    await me.begin();
    await me.next(done("b"), done("a"), done("old"));
    expect(await me.waiting()).toEqual(["b"]);
  });

  it("does not suppress the event of results that a killed process had delivered", async () => {
    const folder = await scratchFolder();
    const before = await startFixture({ folder });
    await before.begin();
    await before.heartbeat.stop();
    await writeFile(join(folder, `${RESULTS}.claim`), `${lineOf("a")}\n`);
    const me = await startFixture({ folder, delegations: { notify: true } });
    await me.heartbeat.results.acknowledge(["x"]);
    await me.begin();
    await me.pass(0);
    expect(me.ids("delegations.delivered")).toEqual(["a"]);
    expect(me.notices()).toHaveLength(1);
  });
});

describe("two workspaces with one results file", () => {
  async function lockedFixture(purpose: string) {
    const resultsFile = join(await scratchFolder(), "results.jsonl");
    const lock = createLock(`${resultsFile}.lock`, undefined, purpose);
    await lock.acquire();
    const me = await startFixture({ delegations: { resultsFile } });
    await me.begin();
    return { me, lock };
  }

  it("are reported as a wrong configuration that names the other one and what to do", async () => {
    const { me } = await lockedFixture(STRANGER);
    await me.next(done("a"));
    const reasons = me.eventsOf("delegations.held_elsewhere").map(({ reason }) => reason);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(new RegExp(`for another workspace \\(${STRANGER}\\).*resultsFile`));
  });

  it("are not reported so when the other heartbeat is one of the same workspace", async () => {
    const { me } = await lockedFixture(OWN);
    await me.next(done("a"));
    const reasons = me.eventsOf("delegations.held_elsewhere").map(({ reason }) => reason);
    expect(reasons).toEqual([expect.not.stringContaining("another workspace")]);
  });

  it.each([STRANGER, OWN])("lose nothing that has left the list while %s had the lock", async (purpose) => {
    const { me, lock } = await lockedFixture(purpose);
    const all = Array.from({ length: 62 }, (_, index) => done(`d-${index}`));
    await me.next(...all.slice(0, 30));
    await me.next(...all.slice(30));
    await me.next();
    expect(me.ids("delegations.delivered")).toEqual([]);
    lock.release();
    await me.next();
    expect([...me.ids("delegations.delivered")].sort()).toEqual(all.map((row) => row.delegation_id).sort());
  });
});

it("a journal of a later version is left alone and reported, and results wait in memory", async () => {
  const folder = await scratchFolder();
  const journal = join(folder, ".delegations.json");
  const later = JSON.stringify({ version: 9, seen: {} });
  await writeFile(journal, later);
  const me = await startFixture({ folder });
  await me.begin();
  await me.next(done("a"));
  expect(me.eventsOf("delegations.store_failed")[0]?.reason).toMatch(/later version.*left as it is/);
  expect(await readFile(journal, "utf8")).toBe(later);
  await writeFile(journal, JSON.stringify({ version: 1, seen: ["b"], foreign: [], unannounced: [] }));
  await me.next();
  expect(me.ids("delegations.delivered")).toEqual(["a"]);
});

it("of results that cannot be written the newest 1000 wait in memory", async () => {
  const folder = await scratchFolder();
  const resultsFile = join(folder, "results.jsonl");
  const lock = createLock(`${resultsFile}.lock`);
  await lock.acquire();
  const me = await startFixture({ delegations: { resultsFile } });
  await me.begin();
  const all = Array.from({ length: 1250 }, (_, index) => `d-${index}`);
  for (let from = 0; from < all.length; from += 250) {
    await me.next(
      ...all
        .slice(from, from + 250)
        .reverse()
        .map((id) => done(id)),
    );
  }
  lock.release();
  await me.next();
  expect(me.ids("delegations.delivered")).toEqual(all.slice(-1000));
});

it("the rows of a page longer than any platform sends are delivered once", async () => {
  const me = await startFixture({ delegations: { replayOld: true } });
  await me.begin();
  const rows = Array.from({ length: 600 }, (_, index) => done(`d-${index}`));
  for (let poll = 0; poll < 3; poll += 1) await me.next(...rows);
  expect(me.ids("delegations.delivered")).toHaveLength(250);
});
