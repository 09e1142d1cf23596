import { readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPlatform } from "a2a-peers/testing";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createLock } from "../../src/storage/lock";
import { STRANGER } from "../helpers/ids";
import { bundle } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";
import { watched } from "./helpers/polled";
import { done } from "./helpers/rows";
import { soon, startBringer } from "./scripts/process";
import { idOf, takeFile } from "./scripts/reader";
import { lineOf, result } from "./scripts/stores";

const RESULTS = "delegation_results.jsonl";

describe("two processes with a workspace each and one state folder", { timeout: 60_000 }, () => {
  let bringHome: string;
  beforeAll(async () => {
    bringHome = await bundle(new URL("./scripts/bring-home.ts", import.meta.url));
  });

  it("bring the results of both home, each to its own place", async () => {
    const platform = await startPlatform();
    onTestFinished(() => platform.close());
    const stateDir = await scratchFolder();
    const start = async (id: string) => {
      const me = platform.addWorkspace();
      const identity = { platformUrl: platform.url, workspaceId: me.id, token: String(me.token), stateDir };
      const bringer = startBringer(bringHome, identity);
      await soon(() => expect(bringer.told("heartbeat.sent").length).toBeGreaterThan(2));
      me.addDelegationRow({ delegation_id: id, source_id: me.id, status: "completed", response_preview: id });
      return { me, bringer };
    };
    const first = await start("a");
    const second = await start("b");
    await soon(async () => expect((await takeFile(join(stateDir, RESULTS))).map(idOf)).toEqual(["a"]));
    await soon(async () =>
      expect((await takeFile(join(stateDir, second.me.id, RESULTS))).map(idOf)).toEqual(["b"]),
    );
    expect(second.bringer.told("delegations.held_elsewhere")).toEqual([]);
    expect((await readFile(join(stateDir, ".workspace_id"), "utf8")).trim()).toBe(first.me.id);
    await first.bringer.stop();
    await second.bringer.stop();
  });
});

describe("a results file from before", () => {
  it("is known to be delivered: what waits in it does not come twice", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, RESULTS), `${lineOf("a")}\n`);
    const me = await watched({ folder, rows: [done("b"), done("a")], delegations: { replayOld: true } });
    await me.begin();
    await me.next(done("b"), done("a"));
    expect((await takeFile(join(folder, RESULTS))).map(idOf)).toEqual(["a", "b"]);
  });

  it("does not have lines of another workspace announced or read as this one's", async () => {
    const folder = await scratchFolder();
    const foreign = JSON.stringify(result("f", { source_id: STRANGER }));
    await writeFile(join(folder, `${RESULTS}.claim`), `${foreign}\n${lineOf("a")}\n`);
    const me = await watched({ folder, delegations: { announce: true, notify: true } });
    await me.begin();
    await me.pass(0);
    expect(me.ids("delegations.delivered")).toEqual(["a"]);
    expect(me.ids("delegations.announced")).toEqual(["a"]);
    expect(me.notices()).toHaveLength(1);
    expect(await me.waiting()).toEqual(["a"]);
    // They stay for whomever they are for.
    expect((await takeFile(join(folder, RESULTS))).map(idOf)).toEqual(["f", "a"]);
  });
});

describe("a lock of another machine or container", () => {
  const elsewhere = JSON.stringify({ host: "elsewhere", pid: 1, startedAt: "1", nonce: "n" });

  it("is believed while its holder comes by, and named with it", async () => {
    const path = join(await scratchFolder(), "lock");
    await writeFile(path, elsewhere);
    await expect(createLock(path).acquire()).rejects.toThrow(`process 1 on elsewhere has ${path}`);
  });

  it("is taken over when nobody has come by for three minutes", async () => {
    const path = join(await scratchFolder(), "lock");
    await writeFile(path, elsewhere);
    const then = new Date(Date.now() - 181_000);
    await utimes(path, then, then);
    expect(await createLock(path).acquire()).toBe(true);
  });

  it("is kept alive by each look", async () => {
    const path = join(await scratchFolder(), "lock");
    const lock = createLock(path);
    await lock.acquire();
    await utimes(path, 0, 0);
    expect(await lock.acquire()).toBe(false);
    await writeFile(path, (await readFile(path, "utf8")).replace(/"host":"[^"]*"/, '"host":"elsewhere"'));
    await expect(createLock(path).acquire()).rejects.toThrow("on elsewhere");
  });
});

it("a heartbeat that has lost its lock tells nobody of results, and leaves what its successor remembers", async () => {
  const first = await watched({ delegations: { announce: true, cooldownMs: 100_000 } });
  await first.begin();
  await first.next(done("a"));
  await first.next(done("b"), done("a"));
  expect(first.messages()).toHaveLength(1);
  // As if it had been away for so long that another container has taken over.
  const lock = join(first.folder, ".delegations.json.lock");
  await writeFile(lock, JSON.stringify({ host: "elsewhere", pid: 1, startedAt: "1", nonce: "n" }));
  const journal = join(first.folder, ".delegations.json");
  const successors = (await readFile(journal, "utf8")).replace('"seen":[', '"seen":["c",');
  await writeFile(journal, successors);
  await first.pass(250_000);
  expect(first.messages()).toHaveLength(1);
  expect(await readFile(journal, "utf8")).toBe(successors);
  expect(first.told("delegations.held_elsewhere")).toHaveLength(1);
});

describe("what the agent has taken already", () => {
  it("wakes it no more, also when it was taken during the cooldown", async () => {
    const me = await watched({ delegations: { announce: true, cooldownMs: 100_000 } });
    await me.begin();
    await me.next(done("a"));
    await me.next(done("b"), done("a"));
    expect(me.messages()).toHaveLength(1);
    await me.heartbeat.results.acknowledge(["a", "b"]);
    await me.pass(200_000);
    expect(me.messages()).toHaveLength(1);
  });

  it("does not come home when it was had in another way before", async () => {
    const me = await watched({ delegations: { announce: true } });
    await me.begin();
    await me.heartbeat.results.acknowledge(["a"]);
    await me.next(done("b"), done("a"));
    expect(await me.waiting()).toEqual(["b"]);
  });

  it("does not keep a first start from passing over what was there before", async () => {
    const me = await watched({ rows: [done("old")] });
    await me.heartbeat.results.acknowledge(["a"]);
    await me.begin();
    await me.next(done("b"), done("a"), done("old"));
    expect(await me.waiting()).toEqual(["b"]);
  });

  it("does not take the news of what a killed process had brought", async () => {
    const folder = await scratchFolder();
    const before = await watched({ folder });
    await before.begin();
    await before.heartbeat.stop();
    await writeFile(join(folder, `${RESULTS}.claim`), `${lineOf("a")}\n`);
    const me = await watched({ folder, delegations: { notify: true } });
    await me.heartbeat.results.acknowledge(["x"]);
    await me.begin();
    await me.pass(0);
    expect(me.ids("delegations.delivered")).toEqual(["a"]);
    expect(me.notices()).toHaveLength(1);
  });
});

it("a page that is longer than any platform sends is not delivered over and over", async () => {
  const me = await watched({ delegations: { replayOld: true } });
  await me.begin();
  const rows = Array.from({ length: 600 }, (_, index) => done(`d-${index}`));
  for (let look = 0; look < 3; look += 1) await me.next(...rows);
  expect(me.ids("delegations.delivered")).toHaveLength(250);
});
