import { execFile } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HeartbeatEvent } from "a2a-peers/heartbeat";
import { describe, expect, it, vi } from "vitest";
import { OWN, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";
import { type Answer, inOrder, type Spoken } from "./helpers/scripted";
import { BEAT, world } from "./helpers/world";

const run = promisify(execFile);

const FILE = ".platform_inbound_secret";
const SECRET = "inbound-secret-4kD9sQ";
const OTHER = "inbound-secret-8xW2mB";

const carrying = (secret: unknown): Spoken => ({
  status: 200,
  body: { status: "ok", platform_inbound_secret: secret },
});

interface Beating {
  /** One beat after another, each answered with the next answer. */
  answers: [Answer, ...Answer[]];
  folder: string;
}

async function beating({ answers, folder }: Beating) {
  const made = world({ stateDir: folder });
  made.platform.on(BEAT, inOrder(...answers));
  const reports = [];
  for (const _ of answers) reports.push(await made.heartbeat.beat());
  const types = () => made.events.map(({ type }) => type);
  return { ...made, reports, types };
}

const secretIn = (folder: string) => readFile(join(folder, FILE), "utf8");

describe("the inbound secret", () => {
  it("of a beat is stored for this user only, and nothing else is left in the folder", async () => {
    const folder = await scratchFolder();
    const { reports, types } = await beating({ answers: [carrying(SECRET)], folder });
    expect(reports).toMatchObject([{ ok: true }]);
    expect(await secretIn(folder)).toBe(SECRET);
    expect((await stat(join(folder, FILE))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([FILE]);
    expect(types()).toEqual(["heartbeat.sent", "heartbeat.secret_stored"]);
  });

  it("is there before the beat is over", async () => {
    const folder = await scratchFolder();
    const { heartbeat, platform } = world({ stateDir: folder });
    platform.on(BEAT, () => carrying(SECRET));
    await heartbeat.beat();
    expect(await secretIn(folder)).toBe(SECRET);
  });

  it("is stored when it differs, and not again while it does not", async () => {
    const folder = await scratchFolder();
    const answers: [Answer, ...Answer[]] = [
      carrying(SECRET),
      carrying(SECRET),
      carrying(OTHER),
      carrying(OTHER),
    ];
    const { types } = await beating({ answers, folder });
    expect(types().filter((type) => type === "heartbeat.secret_stored")).toHaveLength(2);
    expect(await secretIn(folder)).toBe(OTHER);
  });

  it("is not written again by a new process that finds it stored", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, FILE), `${SECRET}\n`);
    const before = await stat(join(folder, FILE));
    const { types } = await beating({ answers: [carrying(SECRET)], folder });
    expect(types()).toEqual(["heartbeat.sent"]);
    const after = await stat(join(folder, FILE));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it("is written again when its file is gone", async () => {
    const folder = await scratchFolder();
    const { heartbeat } = await beating({ answers: [carrying(SECRET)], folder });
    await rm(join(folder, FILE));
    await heartbeat.beat();
    expect(await secretIn(folder)).toBe(SECRET);
  });

  it("makes the folder it is stored in, for this user only", async () => {
    const folder = join(await scratchFolder(), "not", "yet");
    await beating({ answers: [carrying(SECRET)], folder });
    expect(await secretIn(folder)).toBe(SECRET);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("closes a file that others could read", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, FILE), OTHER);
    await chmod(join(folder, FILE), 0o644);
    await beating({ answers: [carrying(SECRET)], folder });
    expect((await stat(join(folder, FILE))).mode & 0o777).toBe(0o600);
  });

  it("of another workspace is stored in a folder of its own", async () => {
    const folder = await scratchFolder();
    const workspaces = [
      { id: OWN, token: TOKEN },
      { id: SECOND, token: SECOND_TOKEN },
    ];
    const { heartbeat, another, platform } = world(
      { stateDir: folder },
      { workspaces, workspaceId: undefined, token: undefined },
    );
    platform.on(BEAT, (sent) => carrying(sent.token === TOKEN ? SECRET : OTHER));
    const second = another({ source: SECOND, stateDir: folder });
    await Promise.all([heartbeat.beat(), second.beat()]);
    expect(await secretIn(folder)).toBe(SECRET);
    expect(await secretIn(join(folder, SECOND))).toBe(OTHER);
    expect([await heartbeat.inboundSecret(), await second.inboundSecret()]).toEqual([SECRET, OTHER]);
  });

  it("is stored in CONFIGS_DIR where no folder is named", async () => {
    const folder = await scratchFolder();
    vi.stubEnv("CONFIGS_DIR", folder);
    try {
      const { heartbeat, platform } = world({ stateDir: undefined });
      platform.on(BEAT, () => carrying(SECRET));
      await heartbeat.beat();
      expect(await secretIn(folder)).toBe(SECRET);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("inboundSecret()", () => {
  it("is undefined before there is one", async () => {
    const { heartbeat } = world({ stateDir: await scratchFolder() });
    expect(await heartbeat.inboundSecret()).toBeUndefined();
  });

  it("gives what was received last", async () => {
    const folder = await scratchFolder();
    const { heartbeat } = await beating({ answers: [carrying(SECRET), carrying(OTHER)], folder });
    expect(await heartbeat.inboundSecret()).toBe(OTHER);
  });

  it("gives in a new process what was stored, before any beat", async () => {
    const folder = await scratchFolder();
    await beating({ answers: [carrying(SECRET)], folder });
    const { heartbeat } = world({ stateDir: folder });
    expect(await heartbeat.inboundSecret()).toBe(SECRET);
  });

  it("sees what another process has stored since", async () => {
    const folder = await scratchFolder();
    const { heartbeat } = world({ stateDir: folder });
    for (const secret of [SECRET, OTHER]) {
      await writeFile(join(folder, FILE), secret);
      expect(await heartbeat.inboundSecret()).toBe(secret);
    }
  });

  it("is undefined for a file that holds no secret", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, FILE), "two\nlines\u0000");
    const { heartbeat } = world({ stateDir: folder });
    expect(await heartbeat.inboundSecret()).toBeUndefined();
  });

  it("fails as a matter of configuration when the file cannot be read", async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, FILE));
    const { heartbeat } = world({ stateDir: folder });
    await expect(heartbeat.inboundSecret()).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining(FILE),
    });
  });

  it("gives what was received when the disk does not take it", async () => {
    const { heartbeat, types } = await beating({ answers: [carrying(SECRET)], folder: "/dev/null" });
    expect(types()).toContain("heartbeat.store_failed");
    expect(await heartbeat.inboundSecret()).toBe(SECRET);
  });
});

describe("what is no secret", () => {
  it.each<[string, unknown]>([
    ["absent", undefined],
    ["empty", ""],
    ["blank", "   "],
    ["a number", 12_345],
    ["null", null],
    ["true", true],
    ["a list", [SECRET]],
    ["an object", { secret: SECRET }],
    ["broken over two lines", "two\nlines"],
    ["two words", "two words"],
    ["with a NUL", "nul\u0000nul"],
    ["not ASCII", "gehéim"],
    ["huge", "x".repeat(4097)],
  ])("is left alone: %s", async (_, value) => {
    const folder = await scratchFolder();
    const { reports, types, heartbeat } = await beating({
      answers: [carrying(SECRET), carrying(value)],
      folder,
    });
    expect(reports).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await secretIn(folder)).toBe(SECRET);
    expect(await heartbeat.inboundSecret()).toBe(SECRET);
    expect(types().filter((type) => type === "heartbeat.store_failed")).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["text", "platform_inbound_secret"],
    ["a list", [{ platform_inbound_secret: SECRET }]],
    ["null", null],
    ["no JSON", `{"platform_inbound_secret":"${SECRET}"`],
  ])("is an answer that is no JSON object: %s", async (_, body) => {
    const folder = await scratchFolder();
    const { reports } = await beating({ answers: [{ status: 200, body }], folder });
    expect(reports).toMatchObject([{ ok: true }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([302, 400, 401, 403, 410, 429, 500, 503])("is what comes with a %i", async (status) => {
    const folder = await scratchFolder();
    const { reports, heartbeat } = await beating({ answers: [{ ...carrying(SECRET), status }], folder });
    expect(reports).toMatchObject([{ ok: false }]);
    expect(await readdir(folder)).toEqual([]);
    expect(await heartbeat.inboundSecret()).toBeUndefined();
  });
});

it("a secret that comes with the repeat after a 401 is stored", async () => {
  const folder = await scratchFolder();
  const tokens = ["first-token", "second-token"];
  const token = () => tokens.shift();
  const { heartbeat, platform, beats } = world({ stateDir: folder }, { token });
  platform.on(BEAT, inOrder({ ...carrying(OTHER), status: 401 }, carrying(SECRET)));
  expect(await heartbeat.beat()).toMatchObject({ ok: true });
  expect(beats()).toHaveLength(2);
  expect(await secretIn(folder)).toBe(SECRET);
});

describe("a disk that does not take the secret leaves the beat a success", () => {
  /** Beats twice; the second time the disk could take it, if the trouble were over. */
  async function failing(folder: string) {
    const { reports, events, heartbeat } = await beating({
      answers: [carrying(SECRET), carrying(SECRET)],
      folder,
    });
    expect(reports).toMatchObject([{ ok: true }, { ok: true }]);
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(await heartbeat.inboundSecret()).toBe(SECRET);
    const failures = events.filter(
      (event): event is Extract<HeartbeatEvent, { type: "heartbeat.store_failed" }> =>
        event.type === "heartbeat.store_failed",
    );
    // Each beat that carries it tries again.
    expect(failures).toHaveLength(2);
    expect(JSON.stringify(events)).not.toContain(SECRET);
    return failures[0]?.reason ?? "";
  }

  it("when there is no folder and none can be made", async () => {
    expect(await failing("/dev/null/sub")).toMatch(/ENOTDIR|EEXIST/);
  });

  it("when the folder is a file", async () => {
    const file = join(await scratchFolder(), "file");
    await writeFile(file, "");
    expect(await failing(file)).toMatch(/EEXIST|ENOTDIR/);
  });

  it("when a folder has the name of the file", async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, FILE, "full"), { recursive: true });
    expect(await failing(folder)).toMatch(/EISDIR|ENOTEMPTY|EEXIST|ENOTDIR/);
    expect(await readdir(folder)).toEqual([FILE]);
  });

  // No folder is closed to root; the errors above have to do for it.
  if (process.getuid?.() !== 0) {
    it("when the folder may not be written", async () => {
      const folder = await scratchFolder();
      await chmod(folder, 0o500);
      expect(await failing(folder)).toMatch(/EACCES/);
      await chmod(folder, 0o700);
    });
  }

  it("when the folder is a link that others could have planted", async () => {
    const parent = await scratchFolder();
    const target = await scratchFolder();
    await symlink(target, join(parent, "link"));
    await chmod(parent, 0o777);
    expect(await failing(join(parent, "link"))).toContain("symbolic link");
    expect(await readdir(target)).toEqual([]);
  });
});

describe("what stands in the place of the secret", () => {
  it("is replaced when it is a link; what it leads to stays as it is", async () => {
    const folder = await scratchFolder();
    const victim = join(await scratchFolder(), "victim");
    await writeFile(victim, "precious");
    await symlink(victim, join(folder, FILE));
    const { types } = await beating({ answers: [carrying(SECRET)], folder });
    expect(types()).toContain("heartbeat.secret_stored");
    expect(await readFile(victim, "utf8")).toBe("precious");
    expect((await lstat(join(folder, FILE))).isSymbolicLink()).toBe(false);
    expect(await secretIn(folder)).toBe(SECRET);
  });

  it("is replaced when it is a link to nowhere, which stays nowhere", async () => {
    const folder = await scratchFolder();
    const nowhere = join(await scratchFolder(), "nowhere");
    await symlink(nowhere, join(folder, FILE));
    await beating({ answers: [carrying(SECRET)], folder });
    await expect(lstat(nowhere)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await secretIn(folder)).toBe(SECRET);
  });

  it("is replaced when it is a pipe, without waiting for a writer", async () => {
    const folder = await scratchFolder();
    await run("mkfifo", [join(folder, FILE)]);
    await beating({ answers: [carrying(SECRET)], folder });
    expect((await lstat(join(folder, FILE))).isFile()).toBe(true);
    expect(await secretIn(folder)).toBe(SECRET);
  });

  it("is replaced when it is too large to be one", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, FILE), "x".repeat(100_000));
    await beating({ answers: [carrying(SECRET)], folder });
    expect(await secretIn(folder)).toBe(SECRET);
  });
});

it("no event ever holds the secret, also not one the platform repeats", async () => {
  const folder = await scratchFolder();
  const answers: [Answer, ...Answer[]] = [carrying(SECRET), { ...carrying(SECRET), status: 500 }, "reset"];
  const { events, heartbeat } = await beating({ answers, folder });
  expect(JSON.stringify([events, heartbeat.status])).not.toContain(SECRET);
});
