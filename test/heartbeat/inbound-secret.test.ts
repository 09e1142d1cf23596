import { execFile } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Heartbeat, HeartbeatEvent } from "a2a-peers/heartbeat";
import { describe, expect, it, vi } from "vitest";
import { OWN, SECOND, SECOND_TOKEN, TOKEN } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";
import { BEAT, createFixture, INFO } from "./helpers/fixture";
import { type Answer, inOrder, type ScriptedAnswer } from "./helpers/scripted-platform";

const run = promisify(execFile);

const FILE = ".platform_inbound_secret";
const SECRET = "inbound-secret-4kD9sQ";
const OTHER = "inbound-secret-8xW2mB";

const carrying = (secret: unknown): ScriptedAnswer => ({
  status: 200,
  body: { status: "ok", platform_inbound_secret: secret },
});

interface Beating {
  /** Makes beats in a row, each with the next answer. */
  answers: [Answer, ...Answer[]];
  folder: string;
}

/** Waits for what the beats so far have begun to store. */
const stored = (heartbeat: Heartbeat) => heartbeat.stop();

async function beating({ answers, folder }: Beating) {
  const made = createFixture({ stateDir: folder });
  made.platform.on(BEAT, inOrder(...answers));
  const reports = [];
  for (const _ of answers) {
    reports.push(await made.heartbeat.beat());
    await stored(made.heartbeat);
  }
  const types = () => made.events.map(({ type }) => type);
  return { ...made, reports, types };
}

const secretIn = (folder: string) => readFile(join(folder, FILE), "utf8");

describe("the inbound secret", () => {
  it("is stored in a file of mode 0600, and nothing else is left in the folder", async () => {
    const folder = await scratchFolder();
    const { reports, types } = await beating({ answers: [carrying(SECRET)], folder });
    expect(reports).toMatchObject([{ ok: true }]);
    expect(await secretIn(folder)).toBe(SECRET);
    expect((await stat(join(folder, FILE))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([FILE, ".workspace_id"]);
    expect(types()).toEqual(["heartbeat.sent", "heartbeat.secret_stored"]);
  });

  it("is stored when the heartbeat has stopped", async () => {
    const folder = await scratchFolder();
    const { heartbeat, platform } = createFixture({ stateDir: folder });
    platform.on(BEAT, () => carrying(SECRET));
    heartbeat.start();
    await heartbeat.stop();
    expect(await secretIn(folder)).toBe(SECRET);
  });

  it("is written only when it differs", async () => {
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

  it("costs no access to the disk while it does not change", async () => {
    const folder = await scratchFolder();
    const { heartbeat } = await beating({ answers: [carrying(SECRET)], folder });
    const disk = (await import("node:fs")).default;
    const spies = [vi.spyOn(disk.promises, "open"), vi.spyOn(disk.promises, "lstat")];
    const syncSpies = [vi.spyOn(disk, "lstatSync"), vi.spyOn(disk, "statSync"), vi.spyOn(disk, "openSync")];
    for (let count = 0; count < 5; count += 1) await heartbeat.beat();
    await stored(heartbeat);
    for (const spy of [...spies, ...syncSpies]) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  it("creates its folder with mode 0700", async () => {
    const folder = join(await scratchFolder(), "not", "yet");
    await beating({ answers: [carrying(SECRET)], folder });
    expect(await secretIn(folder)).toBe(SECRET);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("sets the mode of its file to 0600", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, FILE), OTHER);
    await chmod(join(folder, FILE), 0o644);
    await beating({ answers: [carrying(SECRET)], folder });
    expect((await stat(join(folder, FILE))).mode & 0o777).toBe(0o600);
  });

  it("that is stored already has the mode of its file set to 0600", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, FILE), SECRET);
    await chmod(join(folder, FILE), 0o644);
    const { types } = await beating({ answers: [carrying(SECRET)], folder });
    expect((await stat(join(folder, FILE))).mode & 0o777).toBe(0o600);
    expect(types()).toEqual(["heartbeat.sent"]);
  });

  it("of another workspace is stored in a folder of its own", async () => {
    const folder = await scratchFolder();
    const workspaces = [
      { id: OWN, token: TOKEN },
      { id: SECOND, token: SECOND_TOKEN },
    ];
    const { heartbeat, another, platform } = createFixture(
      { stateDir: folder },
      { workspaces, workspaceId: undefined, token: undefined },
    );
    platform.on(BEAT, (sent) => carrying(sent.token === TOKEN ? SECRET : OTHER));
    const second = another({ source: SECOND, stateDir: folder });
    await Promise.all([heartbeat.beat(), second.beat()]);
    await Promise.all([stored(heartbeat), stored(second)]);
    expect(await secretIn(folder)).toBe(SECRET);
    expect(await secretIn(join(folder, SECOND))).toBe(OTHER);
    expect([await heartbeat.inboundSecret(), await second.inboundSecret()]).toEqual([SECRET, OTHER]);
  });

  it("is stored in CONFIGS_DIR without a stateDir", async () => {
    const folder = await scratchFolder();
    vi.stubEnv("CONFIGS_DIR", folder);
    try {
      const { heartbeat, platform } = createFixture({ stateDir: undefined });
      platform.on(BEAT, () => carrying(SECRET));
      await heartbeat.beat();
      await stored(heartbeat);
      expect(await secretIn(folder)).toBe(SECRET);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("inboundSecret()", () => {
  it("is undefined before the platform has sent one", async () => {
    const { heartbeat } = createFixture({ stateDir: await scratchFolder() });
    expect(await heartbeat.inboundSecret()).toBeUndefined();
  });

  it("returns what was received last", async () => {
    const folder = await scratchFolder();
    const { heartbeat } = await beating({ answers: [carrying(SECRET), carrying(OTHER)], folder });
    expect(await heartbeat.inboundSecret()).toBe(OTHER);
  });

  it("returns what was stored by an earlier process, before any beat", async () => {
    const folder = await scratchFolder();
    await beating({ answers: [carrying(SECRET)], folder });
    const { heartbeat } = createFixture({ stateDir: folder });
    expect(await heartbeat.inboundSecret()).toBe(SECRET);
  });

  it("returns what another process has stored since", async () => {
    const folder = await scratchFolder();
    const { heartbeat } = createFixture({ stateDir: folder });
    for (const secret of [SECRET, OTHER]) {
      await writeFile(join(folder, FILE), secret);
      expect(await heartbeat.inboundSecret()).toBe(secret);
    }
  });

  it("is undefined for a file that holds no secret", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, FILE), "two\nlines\u0000");
    const { heartbeat } = createFixture({ stateDir: folder });
    expect(await heartbeat.inboundSecret()).toBeUndefined();
  });

  it("throws `configuration` when the file cannot be read", async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, FILE));
    const { heartbeat } = createFixture({ stateDir: folder });
    await expect(heartbeat.inboundSecret()).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining(FILE),
    });
  });

  it("returns what was received also when it could not be stored", async () => {
    const { heartbeat, types } = await beating({ answers: [carrying(SECRET)], folder: "/dev/null" });
    expect(types()).toContain("heartbeat.store_failed");
    expect(await heartbeat.inboundSecret()).toBe(SECRET);
  });
});

describe("no secret is stored from an answer", () => {
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
  ])("with the value: %s", async (_, value) => {
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
  ])("that is no JSON object: %s", async (_, body) => {
    const folder = await scratchFolder();
    const { reports } = await beating({ answers: [{ status: 200, body }], folder });
    expect(reports).toMatchObject([{ ok: true }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([302, 400, 401, 403, 410, 429, 500, 503])("with the status %i", async (status) => {
    const folder = await scratchFolder();
    const { reports, heartbeat } = await beating({ answers: [{ ...carrying(SECRET), status }], folder });
    expect(reports).toMatchObject([{ ok: false }]);
    expect(await readdir(folder)).toEqual([]);
    expect(await heartbeat.inboundSecret()).toBeUndefined();
  });
});

it("a secret in the answer to a retry after a 401 is stored", async () => {
  const folder = await scratchFolder();
  const tokens = ["first-token", "second-token"];
  const token = () => tokens.shift();
  const { heartbeat, platform, beats } = createFixture({ stateDir: folder }, { token });
  platform.on(BEAT, inOrder({ ...carrying(OTHER), status: 401 }, carrying(SECRET)));
  expect(await heartbeat.beat()).toMatchObject({ ok: true });
  expect(beats()).toHaveLength(2);
  await stored(heartbeat);
  expect(await secretIn(folder)).toBe(SECRET);
});

describe("a beat is a success though its secret cannot be stored", () => {
  /** Makes two beats and checks that each tries to store the secret. */
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
    // Each beat with the secret tries again.
    expect(failures).toHaveLength(2);
    expect(JSON.stringify(events)).not.toContain(SECRET);
    return failures[0]?.reason ?? "";
  }

  it("when the folder cannot be created", async () => {
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
    expect(await readdir(folder)).toEqual([FILE, ".workspace_id"]);
  });

  // Root may write into any folder.
  if (process.getuid?.() !== 0) {
    it("when the folder is not writable", async () => {
      const folder = await scratchFolder();
      await chmod(folder, 0o500);
      expect(await failing(folder)).toMatch(/EACCES/);
      await chmod(folder, 0o700);
    });
  }

  it("when the folder is a link that another user can have created", async () => {
    const parent = await scratchFolder();
    const target = await scratchFolder();
    await symlink(target, join(parent, "link"));
    await chmod(parent, 0o777);
    expect(await failing(join(parent, "link"))).toContain("symbolic link");
    expect(await readdir(target)).toEqual([]);
  });
});

describe("a file with the name of the secret", () => {
  it("is replaced when it is a link, whose target stays as it is", async () => {
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

  it("is replaced when it is a dangling link, whose target is not created", async () => {
    const folder = await scratchFolder();
    const nowhere = join(await scratchFolder(), "nowhere");
    await symlink(nowhere, join(folder, FILE));
    await beating({ answers: [carrying(SECRET)], folder });
    await expect(lstat(nowhere)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await secretIn(folder)).toBe(SECRET);
  });

  it("is replaced at once when it is a pipe", async () => {
    const folder = await scratchFolder();
    await run("mkfifo", [join(folder, FILE)]);
    await beating({ answers: [carrying(SECRET)], folder });
    expect((await lstat(join(folder, FILE))).isFile()).toBe(true);
    expect(await secretIn(folder)).toBe(SECRET);
  });

  it("is replaced when it is too large for a secret", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, FILE), "x".repeat(100_000));
    await beating({ answers: [carrying(SECRET)], folder });
    expect(await secretIn(folder)).toBe(SECRET);
  });
});

it("no event contains the secret, also when the platform quotes it", async () => {
  const folder = await scratchFolder();
  const answers: [Answer, ...Answer[]] = [carrying(SECRET), { ...carrying(SECRET), status: 500 }, "reset"];
  const { events, heartbeat } = await beating({ answers, folder });
  expect(JSON.stringify([events, heartbeat.status])).not.toContain(SECRET);
});

it.each([400, 401, 429, 500])("no error contains the secret that a refusal (%i) repeats", async (status) => {
  const folder = await scratchFolder();
  const refusal = { status, body: { error: `the secret ${SECRET} is not right` } };
  const { events, reports, client, platform, heartbeat } = await beating({
    answers: [carrying(SECRET), refusal, refusal],
    folder,
  });
  expect(reports[1]).toMatchObject({ ok: false, error: { message: expect.stringContaining("[redacted]") } });
  platform.on(INFO, () => refusal);
  const lookup = await client.getWorkspaceInfo({ timeoutMs: 1 }).catch((error: unknown) => error);
  expect(JSON.stringify([events, reports, lookup, String(lookup)])).not.toContain(SECRET);
  await heartbeat.stop();
});
