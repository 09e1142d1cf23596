import { execFile } from "node:child_process";
import { existsSync, promises } from "node:fs";
import {
  appendFile,
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { scratchFolder } from "../helpers/scratch-folder";
import { type PollingFixture, startFixture } from "./helpers/polling-fixture";
import { idOf, takeFile } from "./helpers/reader";
import { done } from "./helpers/rows";
import { lineOf } from "./helpers/stores";

const run = promisify(execFile);
const IS_ROOT = process.getuid?.() === 0;
const RESULTS = "delegation_results.jsonl";
const JOURNAL = ".delegations.json";

afterEach(() => void vi.restoreAllMocks());

const resultsOf = ({ folder }: PollingFixture) => join(folder, RESULTS);
const taken = async (me: PollingFixture) => (await takeFile(resultsOf(me))).map(idOf);
const reasons = (me: PollingFixture) => me.eventsOf("delegations.store_failed").map(({ reason }) => reason);

/** Checks that further beats are accepted and none fails. */
async function expectBeats(me: PollingFixture): Promise<void> {
  const before = me.eventsOf("heartbeat.sent").length;
  await me.pass(100_000);
  expect(me.eventsOf("heartbeat.sent").length).toBeGreaterThan(before + 1);
  expect(me.eventsOf("heartbeat.failed")).toEqual([]);
}

/** Checks that nothing listed is delivered again. */
async function expectNoMore(me: PollingFixture, ...rows: unknown[]): Promise<void> {
  await me.next(...rows);
  await me.next(...rows);
  expect(await taken(me)).toEqual([]);
}

interface Obstacle {
  place(path: string, victim: string): Promise<unknown>;
  reason: RegExp;
}

const OBSTACLES: Record<string, Obstacle> = {
  "a link": { place: (path, victim) => symlink(victim, path), reason: /is a symbolic link/ },
  "a link to nowhere": {
    place: (path, victim) => symlink(`${victim}-of-none`, path),
    reason: /is a symbolic link/,
  },
  "a pipe": { place: (path) => run("mkfifo", [path]), reason: /is not a regular file/ },
  "a folder": {
    place: async (path) => {
      await mkdir(path);
      await writeFile(join(path, "inside"), "precious");
    },
    reason: /is not a regular file/,
  },
  "another name of a file": { place: (path, victim) => link(victim, path), reason: /has another name/ },
};
// Only root can change the owner of a file.
if (IS_ROOT) {
  OBSTACLES["a file of another user"] = {
    async place(path) {
      await writeFile(path, `${lineOf("forged")}\n`);
      await chown(path, 12_345, 12_345);
    },
    reason: /belongs to another user/,
  };
}

describe.each([RESULTS, `${RESULTS}.claim`, `${RESULTS}.newcomer`])("at the path of %s", (name) => {
  it.each(Object.entries(OBSTACLES))(
    "%s is reported and left alone, and no result is lost",
    async (_, obstacle) => {
      const me = await startFixture();
      const victim = join(await scratchFolder(), "victim");
      const path = join(me.folder, name);
      await writeFile(victim, "precious\n");
      await me.begin();
      await obstacle.place(path, victim);
      const before = await lstat(path);

      await me.next(done("a"));
      await me.next(done("b"));
      expect(reasons(me)).toHaveLength(2);
      for (const reason of reasons(me)) {
        expect(reason).toMatch(obstacle.reason);
        expect(reason).toContain(path);
      }
      expect(me.ids("delegations.delivered")).toEqual([]);
      await expectBeats(me);
      expect((await lstat(path)).ino).toBe(before.ino);
      expect(await readFile(victim, "utf8")).toBe("precious\n");
      expect(existsSync(`${victim}-of-none`)).toBe(false);
      if (before.isDirectory()) expect(await readFile(join(path, "inside"), "utf8")).toBe("precious");

      await rm(path, { recursive: true });
      // The platform does not list them any more.
      await me.next(done("c"));
      expect(await taken(me)).toEqual(["a", "b", "c"]);
      await expectNoMore(me, done("c"), done("b"), done("a"));
      expect(await readFile(victim, "utf8")).toBe("precious\n");
    },
  );

  it("a pipe does not delay stop()", async () => {
    const me = await startFixture();
    await me.begin();
    await run("mkfifo", [join(me.folder, name)]);
    await me.next(done("a"));
    await me.heartbeat.stop();
    await me.client.close();
    expect(reasons(me)).toHaveLength(1);
  });
});

describe("at the path of the results file", () => {
  it.each(Object.keys(OBSTACLES).filter((name) => name !== "a link to nowhere"))(
    "%s makes read() and acknowledge() fail with the reason",
    async (name) => {
      const me = await startFixture();
      const victim = join(await scratchFolder(), "victim");
      await writeFile(victim, `${lineOf("precious")}\n`);
      await OBSTACLES[name]?.place(resultsOf(me), victim);
      for (const work of [me.heartbeat.results.read(), me.heartbeat.results.acknowledge(["precious"])]) {
        await expect(work).rejects.toMatchObject({
          code: "configuration",
          message: expect.stringMatching(OBSTACLES[name]?.reason ?? /never/),
        });
      }
      expect(await readFile(victim, "utf8")).toBe(`${lineOf("precious")}\n`);
    },
  );

  it("a file of more than 64 MiB is reported and left alone, and results are delivered once it is gone", async () => {
    const me = await startFixture();
    await me.begin();
    const file = await promises.open(resultsOf(me), "w", 0o600);
    await file.truncate(65 * 1024 * 1024);
    await file.close();
    await me.next(done("a"));
    expect(reasons(me)).toEqual([expect.stringMatching(/is larger than \d+ bytes/)]);
    expect((await lstat(resultsOf(me))).size).toBe(65 * 1024 * 1024);
    await rm(resultsOf(me));
    await me.next(done("b"));
    expect(await taken(me)).toEqual(["a", "b"]);
  });
});

const PAGE = 4096;

/** Mounts a file system of a few pages; false without the permission to. */
async function mountSmallDisk(folder: string): Promise<boolean> {
  const mounted = await run("mount", [
    "-t",
    "tmpfs",
    "-o",
    `size=${12 * PAGE},mode=700`,
    "tmpfs",
    folder,
  ]).then(
    () => true,
    () => false,
  );
  if (mounted) onTestFinished(async () => void (await run("umount", ["-l", folder])));
  return mounted;
}

describe("a full disk", () => {
  it("keeps results in memory until there is space, where a small file system can be mounted", async () => {
    const folder = await scratchFolder();
    if (!(await mountSmallDisk(folder))) return;
    const me = await startFixture({ folder });
    await me.begin();
    await me.next(done("a"));
    // Fills the rest.
    await writeFile(join(folder, "ballast"), Buffer.alloc(16 * PAGE)).catch(() => {});
    await me.next(done("b"));
    await me.next(done("c"));
    expect(reasons(me)).toEqual([expect.stringMatching(/ENOSPC/), expect.stringMatching(/ENOSPC/)]);
    expect(await me.waiting()).toEqual(["a"]);
    await expectBeats(me);
    await rm(join(folder, "ballast"));
    await me.next(done("d"));
    expect(await taken(me)).toEqual(["a", "b", "c", "d"]);
    await expectNoMore(me, done("d"), done("c"), done("b"), done("a"));
    expect(me.ids("delegations.delivered")).toEqual(["a", "b", "c", "d"]);
  });

  it("loses nothing over a restart, where a small file system can be mounted", async () => {
    const folder = await scratchFolder();
    if (!(await mountSmallDisk(folder))) return;
    const before = await startFixture({ folder });
    await before.begin();
    await before.next(done("a"));
    await writeFile(join(folder, "ballast"), Buffer.alloc(16 * PAGE)).catch(() => {});
    await before.next(done("b"), done("a"));
    await before.heartbeat.stop();
    const after = await startFixture({ folder, rows: [done("b"), done("a")] });
    await after.begin();
    expect(reasons(after)).toEqual([expect.stringMatching(/ENOSPC/)]);
    await rm(join(folder, "ballast"));
    await after.next(done("c"), done("b"), done("a"));
    expect(await taken(after)).toEqual(["a", "b", "c"]);
  });

  /** Makes each write to files of this kind fail after half of the content. */
  function fill(kind: string): void {
    const { open } = promises;
    vi.spyOn(promises, "open").mockImplementation(async (path, ...more) => {
      const file = await open(path, ...more);
      const { writeFile: write } = file;
      if (String(path).includes(kind) && String(path).endsWith(".tmp")) {
        file.writeFile = async (text) => {
          await write.call(file, String(text).slice(0, String(text).length / 2));
          throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        };
      }
      return file;
    });
  }

  it.each([
    ["the results", `${RESULTS}.next.`],
    ["the journal", `${JOURNAL}.`],
  ])("that accepts half of %s loses and repeats nothing, and no reader sees a torn line", async (_, kind) => {
    const me = await startFixture();
    await me.begin();
    await me.next(done("a"));
    fill(kind);
    const read: string[] = [];
    for (const id of ["b", "c", "d"]) {
      await me.next(done(id));
      read.push(...(await taken(me)));
    }
    expect(reasons(me)).toHaveLength(3);
    for (const reason of reasons(me)) expect(reason).toMatch(/^ENOSPC/);
    await expectBeats(me);
    vi.restoreAllMocks();
    await me.next(done("e"));
    read.push(...(await taken(me)));
    expect(read).toEqual(["a", "b", "c", "d", "e"]);
    await expectNoMore(me, done("e"), done("d"), done("c"), done("b"), done("a"));
  });

  it.each(["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "EACCES"])(
    "or another error (%s) at any file is reported, and nothing is lost once it is over",
    async (code) => {
      const me = await startFixture();
      await me.begin();
      await me.next(done("a"));
      const { open } = promises;
      vi.spyOn(promises, "open").mockImplementation(async (path, ...more) => {
        if (!String(path).startsWith(me.folder)) return open(path, ...more);
        throw Object.assign(new Error(`${code}: failed`), { code });
      });
      await me.next(done("b"));
      expect(reasons(me)).toEqual([expect.stringMatching(`^${code}: failed`)]);
      await expectBeats(me);
      vi.restoreAllMocks();
      await me.next(done("c"));
      expect(await taken(me)).toEqual(["a", "b", "c"]);
    },
  );

  it("at the first poll keeps later results in memory, and skips what was finished before", async () => {
    const me = await startFixture({ rows: [done("old")] });
    fill(JOURNAL);
    await me.begin();
    await me.next(done("a"), done("old"));
    expect(await taken(me)).toEqual([]);
    vi.restoreAllMocks();
    await me.next(done("b"), done("a"), done("old"));
    expect(await taken(me)).toEqual(["a", "b"]);
  });

  it("is reported at the 1st, 2nd and 3rd failure in a row, and again at the 10th", async () => {
    const me = await startFixture();
    await me.begin();
    fill(RESULTS);
    for (let count = 0; count < 12; count += 1) await me.next(done("a"));
    expect(me.eventsOf("delegations.store_failed").map(({ consecutive }) => consecutive)).toEqual([
      1, 2, 3, 10,
    ]);
    vi.restoreAllMocks();
    await me.next(done("a"));
    fill(RESULTS);
    await me.next(done("b"));
    expect(me.eventsOf("delegations.store_failed").at(-1)?.consecutive).toBe(1);
  });
});

describe("a folder that is not writable", () => {
  /** Makes a folder read-only; returns what undoes it. Root needs a mount for that: `undefined` without the permission to. */
  async function readOnlyFolder() {
    const folder = await scratchFolder();
    if (!IS_ROOT) {
      return { folder, close: () => chmod(folder, 0o500), open: () => chmod(folder, 0o700) };
    }
    if (!(await mountSmallDisk(folder))) return undefined;
    const remount = (how: string) => run("mount", ["-o", `remount,${how}`, folder]);
    return { folder, close: () => remount("ro"), open: () => remount("rw") };
  }

  it("keeps results in memory until it is, where a folder can be made read-only", async () => {
    const made = await readOnlyFolder();
    if (made === undefined) return;
    const me = await startFixture({ folder: made.folder });
    await me.begin();
    await me.next(done("a"));
    await made.close();
    await me.next(done("b"));
    expect(reasons(me)).toEqual([expect.stringMatching(/EROFS|EACCES/)]);
    expect(await me.waiting()).toEqual(["a"]);
    await expect(me.heartbeat.results.acknowledge(["a"])).rejects.toMatchObject({ code: "configuration" });
    await expectBeats(me);
    await made.open();
    await me.next(done("c"));
    expect(await taken(me)).toEqual(["a", "b", "c"]);
  });

  it("or cannot be created is reported, and beats go on", async () => {
    const me = await startFixture({ folder: "/dev/null/folder" });
    await me.begin();
    await me.next(done("a"));
    expect(reasons(me)).toEqual([
      expect.stringMatching(/ENOTDIR|EEXIST/),
      expect.stringMatching(/ENOTDIR|EEXIST/),
    ]);
    await expectBeats(me);
    await me.heartbeat.stop();
  });

  it("or was deleted is created again, and nothing is lost or repeated", async () => {
    const me = await startFixture();
    await me.begin();
    await me.next(done("a"));
    expect(await taken(me)).toEqual(["a"]);
    await rm(me.folder, { recursive: true });
    await me.next(done("b"), done("a"));
    await me.next(done("c"), done("b"), done("a"));
    expect(await taken(me)).toEqual(["b", "c"]);
  });
});

describe("a corrupt journal", () => {
  /** A stopped heartbeat that has delivered `a`, which was taken, and `b`, which was not. */
  async function stopped(): Promise<{ folder: string; journal: string }> {
    const me = await startFixture();
    await me.begin();
    await me.next(done("a"));
    expect(await taken(me)).toEqual(["a"]);
    await me.next(done("b"), done("a"));
    await me.heartbeat.stop();
    return { folder: me.folder, journal: join(me.folder, JOURNAL) };
  }

  const ALL = [done("c"), done("b"), done("a")];
  const good = { version: 1, seen: [], foreign: [], unannounced: [] };

  it.each<[string, unknown]>([
    ["garbage", "\u0001\u0002 not json"],
    ["torn", '{"version":1,"seen":["a","b"'],
    ["a list", []],
    ["null", null],
    ["without anything in it", {}],
    ["without the ids", { ...good, seen: undefined }],
    ["with ids of another kind", { ...good, seen: [1, 2] }],
    ["with foreign ids of another kind", { ...good, foreign: "a" }],
    ["with announcements of another kind", { ...good, unannounced: [{ id: 1, status: "completed" }] }],
    [
      "with a summary of another kind",
      { ...good, unannounced: [{ id: "a", status: "completed", summary: 1 }] },
    ],
    ["with an announcement of another kind", { ...good, announcement: { messageId: "m" } }],
    ["nested too deeply", `${"[".repeat(2000)}${"]".repeat(2000)}`],
  ])(
    "(%s) is reported once, loses nothing, and repeats nothing that is still in the file",
    async (_, content) => {
      const { folder, journal } = await stopped();
      await writeFile(journal, typeof content === "string" ? content : JSON.stringify(content));
      const me = await startFixture({ folder, rows: ALL });
      await me.begin();
      await me.next(...ALL);
      expect(reasons(me)).toEqual([expect.stringContaining(`${journal} is damaged`)]);
      expect(await taken(me)).toEqual(["b", "a", "c"]);
      await expectBeats(me);
      await me.heartbeat.stop();
      const later = await startFixture({ folder, rows: ALL });
      await later.begin();
      expect(reasons(later)).toEqual([]);
      expect(await taken(later)).toEqual([]);
    },
  );

  it("does not prevent the recovery of an interrupted update", async () => {
    const { folder, journal } = await stopped();
    await rename(join(folder, RESULTS), join(folder, `${RESULTS}.claim`));
    await appendFile(join(folder, `${RESULTS}.claim`), `${lineOf("c")}\n`);
    await writeFile(journal, "garbage");
    const me = await startFixture({ folder, rows: [done("c"), done("b")] });
    await me.begin();
    expect(await taken(me)).toEqual(["b", "c"]);
  });

  it("that is a link is replaced, and its target stays as it is", async () => {
    const { folder, journal } = await stopped();
    const victim = join(await scratchFolder(), "victim");
    await writeFile(victim, "precious");
    await rm(journal);
    await symlink(victim, journal);
    const me = await startFixture({ folder, rows: ALL });
    await me.begin();
    expect(await taken(me)).toEqual(["b", "a", "c"]);
    expect(await readFile(victim, "utf8")).toBe("precious");
    expect((await lstat(journal)).isFile()).toBe(true);
  });

  it.each<[string, RegExp, (path: string) => Promise<unknown>]>([
    ["a folder", /not a regular file/, (path) => mkdir(path)],
    ["a pipe", /not a regular file/, (path) => run("mkfifo", [path])],
  ])(
    "or one that cannot be read (%s) stops deliveries until it can, and then nothing is delivered twice",
    async (_, reason, place) => {
      const { folder, journal } = await stopped();
      await rename(journal, `${journal}.aside`);
      await place(journal);
      const me = await startFixture({ folder, rows: ALL });
      await me.begin();
      expect(reasons(me)).toEqual([expect.stringMatching(reason)]);
      expect(await taken(me)).toEqual(["b"]);
      await expectBeats(me);
      await rm(journal, { recursive: true });
      await rename(`${journal}.aside`, journal);
      await me.next(done("c"));
      expect(await taken(me)).toEqual(["c"]);
      await expectNoMore(me, ...ALL);
    },
  );

  it("or one without read permission stops deliveries until it has it, and then nothing is delivered twice", async () => {
    const { folder, journal } = await stopped();
    const { open } = promises;
    vi.spyOn(promises, "open").mockImplementation(async (path, ...more) => {
      if (path !== journal) return open(path, ...more);
      throw Object.assign(new Error(`EACCES: permission denied, open '${journal}'`), { code: "EACCES" });
    });
    const me = await startFixture({ folder, rows: ALL });
    await me.begin();
    expect(reasons(me)).toEqual([expect.stringMatching(/^EACCES.*\.delegations\.json/)]);
    expect(await taken(me)).toEqual(["b"]);
    vi.restoreAllMocks();
    await me.next(done("c"));
    expect(await taken(me)).toEqual(["c"]);
    await expectNoMore(me, ...ALL);
  });

  it("or a folder in its place stops deliveries until it is gone, and then all are delivered once", async () => {
    const me = await startFixture();
    await me.begin();
    await me.next(done("a"));
    const journal = join(me.folder, JOURNAL);
    await rename(journal, `${journal}.aside`);
    await mkdir(journal);
    await me.next(done("b"));
    await me.next(done("c"));
    expect(await taken(me)).toEqual(["a"]);
    expect(reasons(me)).toHaveLength(2);
    await rm(journal, { recursive: true });
    await rename(`${journal}.aside`, journal);
    await me.next(done("d"));
    expect(await taken(me)).toEqual(["b", "c", "d"]);
    await expectNoMore(me, done("d"), done("c"), done("b"), done("a"));
  });
});
