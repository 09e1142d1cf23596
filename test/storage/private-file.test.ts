import { execFile, fork } from "node:child_process";
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import fc from "fast-check";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readPrivateFile, writePrivateFile } from "../../src/storage/private-file";
import { bundle } from "../helpers/run-script";
import { scratchFolder } from "../helpers/scratch-folder";

const run = promisify(execFile);

// Root may write into any folder.
const IS_ROOT = process.getuid?.() === 0;

const newPath = async () => join(await scratchFolder(), ".secret");
const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;

describe("writing", () => {
  it("creates a file of mode 0600 and leaves nothing beside it", async () => {
    const path = await newPath();
    await writePrivateFile(path, "hunter2");
    expect(await readFile(path, "utf8")).toBe("hunter2");
    expect(await modeOf(path)).toBe(0o600);
    expect(await readdir(join(path, ".."))).toEqual([".secret"]);
  });

  it("does not depend on the umask", async () => {
    const path = await newPath();
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    await writePrivateFile(join(path, "..", "new", "secret"), "hunter2");
    expect(await modeOf(join(path, "..", "new"))).toBe(0o700);
    expect(await modeOf(join(path, "..", "new", "secret"))).toBe(0o600);
  });

  it("replaces content and mode of an older file", async () => {
    const path = await newPath();
    await writeFile(path, "an older and longer one");
    await chmod(path, 0o644);
    await writePrivateFile(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await modeOf(path)).toBe(0o600);
  });

  it("replaces the file: a reader that has it open reads the old content", async () => {
    const path = await newPath();
    await writePrivateFile(path, "old");
    const before = await stat(path);
    await writePrivateFile(path, "new");
    expect((await stat(path)).ino).not.toBe(before.ino);
  });

  it.each(["a file that exists", "nothing"])(
    "replaces a link to %s, which stays as it is",
    async (target) => {
      const path = await newPath();
      const victim = await newPath();
      if (target !== "nothing") await writeFile(victim, "precious");
      await symlink(victim, path);
      await writePrivateFile(path, "hunter2");
      expect((await lstat(path)).isFile()).toBe(true);
      const left = await readFile(victim, "utf8").catch((error) => error.code);
      expect(left).toBe(target === "nothing" ? "ENOENT" : "precious");
    },
  );

  it("leaves one whole file when many write at once", async () => {
    const path = await newPath();
    const secrets = Array.from({ length: 30 }, (_, index) => `${index}`.repeat(100 + index));
    await Promise.all(secrets.map((secret) => writePrivateFile(path, secret)));
    expect(secrets).toContain(await readFile(path, "utf8"));
    expect(await readdir(join(path, ".."))).toEqual([".secret"]);
  });

  it.each<[string, string, RegExp]>([
    ["the folder cannot be created", "/dev/null/sub/secret", /ENOTDIR|EEXIST/],
    ["the folder is a file", "/dev/null/secret", /ENOTDIR|EEXIST/],
    ["the name is too long", join(tmpdir(), "x".repeat(252)), /ENAMETOOLONG/],
  ])("fails when %s", async (_, path, error) => {
    await expect(writePrivateFile(path, "hunter2")).rejects.toThrow(error);
  });

  it("fails where a folder has the name and leaves nothing beside it", async () => {
    const path = await newPath();
    await mkdir(path);
    await expect(writePrivateFile(path, "hunter2")).rejects.toThrow(/EISDIR|EEXIST|ENOTDIR/);
    expect(await readdir(join(path, ".."))).toEqual([".secret"]);
  });

  if (!IS_ROOT) {
    it("fails in a folder that is not writable", async () => {
      const path = await newPath();
      await writePrivateFile(path, "old");
      await chmod(join(path, ".."), 0o500);
      await expect(writePrivateFile(path, "new")).rejects.toThrow(/EACCES/);
      expect(await readFile(path, "utf8")).toBe("old");
      await chmod(join(path, ".."), 0o700);
    });
  }

  describe("through a link to a folder", () => {
    async function linked(parentMode: number) {
      const parent = await scratchFolder();
      const target = await scratchFolder();
      await symlink(target, join(parent, "link"));
      await chmod(parent, parentMode);
      return { target, path: join(parent, "link", "secret") };
    }

    it("works where only this user can have created the link", async () => {
      const { target, path } = await linked(0o755);
      await writePrivateFile(path, "hunter2");
      expect(await readdir(target)).toEqual(["secret"]);
    });

    it.each([0o777, 0o775, 0o1777])(
      "fails where another user can have created the link (%o)",
      async (mode) => {
        const { target, path } = await linked(mode);
        await expect(writePrivateFile(path, "hunter2")).rejects.toThrow("symbolic link");
        expect(await readdir(target)).toEqual([]);
      },
    );
  });

  describe("removes", () => {
    const LONG_AGO = new Date(Date.now() - 3_600_000);

    it("temporary files of writers that were killed", async () => {
      const path = await newPath();
      for (const name of ["a", "b", "c"]) {
        await writeFile(`${path}.${name}.tmp`, "half of a sec");
        await utimes(`${path}.${name}.tmp`, LONG_AGO, LONG_AGO);
      }
      await writePrivateFile(path, "hunter2");
      expect(await readdir(join(path, ".."))).toEqual([".secret"]);
    });

    it("no folder, whatever its name", async () => {
      const path = await newPath();
      await mkdir(`${path}.folder.tmp`);
      await utimes(`${path}.folder.tmp`, LONG_AGO, LONG_AGO);
      await writePrivateFile(path, "hunter2");
      expect(await readPrivateFile(path)).toBe("hunter2");
    });

    it("no recent temporary file, and no file of another name", async () => {
      const path = await newPath();
      await writeFile(`${path}.young.tmp`, "");
      for (const name of ["another.old.tmp", ".secret.bak", ".secret-x.tmp"]) {
        await writeFile(join(path, "..", name), "");
        await utimes(join(path, "..", name), LONG_AGO, LONG_AGO);
      }
      await writePrivateFile(path, "hunter2");
      expect((await readdir(join(path, ".."))).sort()).toEqual(
        [".secret", ".secret-x.tmp", ".secret.bak", ".secret.young.tmp", "another.old.tmp"].sort(),
      );
    });
  });
});

const PAGE = 4096;

/** Mounts a file system of a few pages; false without the permission to. */
async function mountSmallDisk(folder: string): Promise<boolean> {
  const options = ["-t", "tmpfs", "-o", `size=${4 * PAGE}`, "tmpfs", folder];
  return run("mount", options).then(
    () => true,
    () => false,
  );
}

describe("a full disk", () => {
  it("leaves the old file whole and nothing beside it, where a small file system can be mounted", async () => {
    const folder = await scratchFolder();
    if (!(await mountSmallDisk(folder))) return;
    onTestFinished(async () => void (await run("umount", [folder])));
    const path = join(folder, ".secret");
    await writePrivateFile(path, "old");
    // Fills the rest.
    await writeFile(join(folder, "ballast"), Buffer.alloc(16 * PAGE)).catch(() => {});
    await expect(writePrivateFile(path, "n".repeat(PAGE))).rejects.toThrow(/ENOSPC/);
    expect(await readFile(path, "utf8")).toBe("old");
    expect((await readdir(folder)).sort()).toEqual([".secret", "ballast"]);
    await rm(join(folder, "ballast"));
    await writePrivateFile(path, "new");
    expect(await readPrivateFile(path)).toBe("new");
  });
});

describe("reading", () => {
  it("returns what was written, without the white space around it", async () => {
    const path = await newPath();
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 1000, unit: "grapheme" }), async (secret) => {
        await writePrivateFile(path, secret);
        expect(await readPrivateFile(path)).toBe(secret.trim() === "" ? undefined : secret.trim());
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ["no file", async () => {}],
    ["no folder", (path) => rm(join(path, ".."), { recursive: true })],
    ["a link to nowhere", (path) => symlink("/nowhere/at/all", path)],
    ["an empty file", (path) => writeFile(path, "")],
    ["a blank file", (path) => writeFile(path, " \n\t\n")],
  ])("is undefined for %s", async (_, prepare) => {
    const path = await newPath();
    await prepare(path);
    expect(await readPrivateFile(path)).toBeUndefined();
  });

  it("is undefined where a parent is not a folder", async () => {
    expect(await readPrivateFile("/dev/null/secret")).toBeUndefined();
  });

  it("accepts 8192 bytes and no more", async () => {
    const path = await newPath();
    await writeFile(path, "x".repeat(8192));
    expect(await readPrivateFile(path)).toHaveLength(8192);
    await writeFile(path, "x".repeat(8193));
    await expect(readPrivateFile(path)).rejects.toThrow("larger than 8192 bytes");
  });

  it("fails at once for a folder, a device and a pipe", async () => {
    const path = await newPath();
    await expect(readPrivateFile(join(path, ".."))).rejects.toThrow("not a regular file");
    await expect(readPrivateFile("/dev/zero")).rejects.toThrow("not a regular file");
    await run("mkfifo", [path]);
    await expect(readPrivateFile(path)).rejects.toThrow("not a regular file");
  });
});

describe("a writer that is killed", () => {
  const KILLS = 200;
  const LANES = 4;
  const LONGEST_LIFE_MS = 15;
  const WHOLE = /^(\d+):x*:\1$/;

  let writer: string;

  beforeAll(async () => {
    writer = await bundle(new URL("./scripts/write-private-files.ts", import.meta.url));
  });

  /** Starts a writer and kills it a moment after its first files are written. */
  async function killOne(paths: readonly string[]): Promise<void> {
    const child = fork(writer, paths, { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let stderr = "";
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    const closed = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once("close", (_, signal) => resolve(signal)),
    );
    await Promise.race([new Promise((resolve) => child.once("message", resolve)), closed]);
    await sleep(Math.random() * LONGEST_LIFE_MS);
    child.kill("SIGKILL");
    expect({ signal: await closed, stderr }).toEqual({ signal: "SIGKILL", stderr: "" });
  }

  it(`never leaves a partial file, in ${KILLS} kills`, { timeout: 240_000 }, async () => {
    const counts = { kills: 0, reads: 0 };

    async function lane(): Promise<string> {
      const folder = await scratchFolder();
      const paths = [join(folder, ".auth_token"), join(folder, ".platform_inbound_secret")];
      while (counts.kills < KILLS) {
        counts.kills += 1;
        let alive = true;
        const known = (await readdir(folder)).length > 0;
        const killing = killOne(paths).finally(() => {
          alive = false;
        });
        while (known && alive) {
          for (const path of paths) expect(await readFile(path, "utf8")).toMatch(WHOLE);
          counts.reads += 1;
          await sleep(1);
        }
        await killing;
        for (const path of paths) {
          expect(await readFile(path, "utf8")).toMatch(WHOLE);
          expect(await modeOf(path)).toBe(0o600);
        }
      }
      return folder;
    }

    const folders = await Promise.all(Array.from({ length: LANES }, lane));
    expect(counts.kills).toBeGreaterThanOrEqual(KILLS);
    expect(counts.reads).toBeGreaterThan(KILLS);

    // The next write removes their temporary files once they are old enough.
    for (const folder of folders) {
      const left = (await readdir(folder)).filter((name) => name.endsWith(".tmp"));
      for (const name of left) await utimes(join(folder, name), 0, 0);
      await writePrivateFile(join(folder, ".auth_token"), "token");
      await writePrivateFile(join(folder, ".platform_inbound_secret"), "secret");
      expect((await readdir(folder)).sort()).toEqual([".auth_token", ".platform_inbound_secret"]);
    }
  });
});
