import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPlatform } from "a2a-peers/testing";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createStateFolder } from "../../src/storage/state-folder";
import { OWN, SECOND } from "../helpers/ids";
import { fakeMachine } from "../helpers/machine";

const CARD = { agentCard: { name: "me" } };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "a2a-peers-root-"));
  vi.stubEnv("CONFIGS_DIR", root);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/** The folder of a workspace in a process of its own, whose WORKSPACE_ID names it. */
const folderOf = (id: string, env = { WORKSPACE_ID: id }) =>
  createStateFolder(root, id, true, fakeMachine({ env }));

/** The package as a process that has just started sees it. */
async function startProcess(workspaceId: string) {
  vi.resetModules();
  vi.stubEnv("WORKSPACE_ID", workspaceId);
  const [{ createA2AClient }, { createHeartbeat }] = await Promise.all([
    import("a2a-peers"),
    import("a2a-peers/heartbeat"),
  ]);
  return { createA2AClient, createHeartbeat };
}

async function twoWorkspaces() {
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  const [a, b] = [platform.addWorkspace({ token: null }), platform.addWorkspace({ token: null })];
  /** Registers and makes a beat in a process of its own. */
  async function run(workspaceId: string) {
    const { createA2AClient, createHeartbeat } = await startProcess(workspaceId);
    await using client = createA2AClient({ platformUrl: platform.url });
    const { alreadyRegistered } = await client.register(CARD);
    const heartbeat = createHeartbeat(client, { delegations: false });
    const { ok } = await heartbeat.beat();
    const secret = await heartbeat.inboundSecret();
    // The secret is written in the background.
    await heartbeat.stop();
    return { alreadyRegistered, ok, secret };
  }
  return { platform, a, b, run };
}

const inRoot = (...names: string[]) => readFile(join(root, ...names), "utf8");

describe("two processes of one user, each with its own WORKSPACE_ID", () => {
  it("keep their tokens and secrets apart, over restarts", async () => {
    const { a, b, run } = await twoWorkspaces();
    for (const { id } of [a, b]) expect(await run(id)).toMatchObject({ alreadyRegistered: false, ok: true });
    const first = await inRoot(".auth_token");
    const second = await inRoot(b.id, ".auth_token");
    expect(first).not.toBe(second);
    for (const { id } of [b, a, b, a]) {
      expect(await run(id)).toMatchObject({ alreadyRegistered: true, ok: true });
    }
    expect(await inRoot(".auth_token")).toBe(first);
    expect(await inRoot(b.id, ".auth_token")).toBe(second);
    expect((await inRoot(".workspace_id")).trim()).toBe(a.id);
    expect((await stat(join(root, ".workspace_id"))).mode & 0o777).toBe(0o600);
  });

  it("do not overwrite a token in a folder that nobody has marked", async () => {
    const { platform, b, run } = await twoWorkspaces();
    const owner = platform.addWorkspace();
    await writeFile(join(root, ".auth_token"), String(owner.token));
    expect(await run(b.id)).toMatchObject({ alreadyRegistered: false, ok: true });
    expect(await inRoot(".auth_token")).toBe(owner.token);
    expect(await run(owner.id)).toMatchObject({ alreadyRegistered: true, ok: true });
    expect(await run(b.id)).toMatchObject({ alreadyRegistered: true, ok: true });
  });

  it("work with the folder of an earlier version, which has no mark", async () => {
    const { platform, b, run } = await twoWorkspaces();
    const owner = platform.addWorkspace();
    await writeFile(join(root, ".auth_token"), String(owner.token));
    await writeFile(join(root, ".delegations.json"), "{}");
    expect(await run(owner.id)).toMatchObject({ alreadyRegistered: true, ok: true });
    const folder = folderOf(owner.id);
    folder.claim();
    expect(folder.path(".delegations.json")).toBe(join(root, ".delegations.json"));
    expect(await run(b.id)).toMatchObject({ alreadyRegistered: false, ok: true });
    expect(await inRoot(".auth_token")).toBe(owner.token);
  });
});

describe("the root of a folder", () => {
  it("belongs to the workspace that marked it, whatever WORKSPACE_ID says", () => {
    folderOf(OWN).claim();
    const second = folderOf(SECOND);
    second.claim();
    expect(second.path("file")).toBe(join(root, SECOND, "file"));
    expect(folderOf(OWN, { WORKSPACE_ID: SECOND }).path("file")).toBe(join(root, "file"));
  });

  it.each(["", "\n", "not an id", "0".repeat(100_000), `${OWN}x`])(
    "belongs to somebody when its mark is no id: %.20j",
    async (text) => {
      await writeFile(join(root, ".workspace_id"), text);
      const folder = folderOf(OWN);
      folder.claim();
      expect(folder.path("file")).toBe(join(root, OWN, "file"));
      expect(await inRoot(".workspace_id")).toBe(text);
    },
  );

  it("belongs to somebody when its mark is a folder", async () => {
    await mkdir(join(root, ".workspace_id"));
    expect(folderOf(OWN).path("file")).toBe(join(root, OWN, "file"));
  });

  it("is read, and not written, by a workspace whose mark an earlier version has left empty", async () => {
    await writeFile(join(root, ".workspace_id"), "");
    await writeFile(join(root, ".auth_token"), "token-of-somebody");
    const folder = folderOf(OWN);
    expect(await folder.read(".auth_token")).toBe("token-of-somebody");
    expect(folder.path(".auth_token")).toBe(join(root, OWN, ".auth_token"));
  });

  it.each(["writeSync", "fsyncSync", "openSync"] as const)(
    "gets no half mark when %s fails, and is marked by the next claim",
    async (name) => {
      const fs = (await import("node:fs")).default;
      const real = fs[name] as (...args: unknown[]) => unknown;
      const failing = vi.spyOn(fs, name as "writeSync").mockImplementation((...args: unknown[]) => {
        if (name === "openSync" && !String(args[0]).includes(".workspace_id")) return real(...args) as number;
        throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      });
      const folder = folderOf(OWN);
      folder.claim();
      failing.mockRestore();
      expect(await readdir(root)).toEqual([]);
      folder.claim();
      expect(await readdir(root)).toEqual([".workspace_id"]);
      expect((await inRoot(".workspace_id")).trim()).toBe(OWN);
    },
  );

  it("is marked also where the disk has no hard links", async () => {
    const fs = (await import("node:fs")).default;
    const link = vi.spyOn(fs, "linkSync").mockImplementation(() => {
      throw Object.assign(new Error("operation not permitted"), { code: "EPERM" });
    });
    folderOf(OWN).claim();
    link.mockRestore();
    expect(await readdir(root)).toEqual([".workspace_id"]);
    expect((await inRoot(".workspace_id")).trim()).toBe(OWN);
  });

  it("is asked for its mark once", async () => {
    const folder = folderOf(OWN);
    folder.claim();
    const fs = (await import("node:fs")).default;
    const spies = [vi.spyOn(fs, "lstatSync"), vi.spyOn(fs, "readFileSync"), vi.spyOn(fs, "existsSync")];
    for (let count = 0; count < 10; count += 1) {
      folder.claim();
      folder.path("file");
    }
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });
});
