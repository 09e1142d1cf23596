import disk from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createAppendFile } from "../../src/storage/append-file";
import { reportUnflushed } from "../../src/storage/flush";
import { writePrivateFile } from "../../src/storage/private-file";
import { scratchFolder } from "../helpers/scratch-folder";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Replaces the flushing of files that are opened from now on; counts the calls for files, without folders. */
function flushing(code?: string) {
  const { open } = disk.promises;
  const flush = vi.fn();
  vi.spyOn(disk.promises, "open").mockImplementation(async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    const { sync } = file;
    file.sync = async () => {
      if ((await file.stat()).isFile()) flush();
      if (code !== undefined) throw Object.assign(new Error(`${code}: fsync`), { code });
      await sync.call(file);
    };
    return file;
  });
  return flush;
}

const WRITERS: [string, (path: string) => Promise<void>][] = [
  ["a private file", (path) => writePrivateFile(path, "content\n")],
  ["a line that is added", (path) => createAppendFile(path, "lines").append("content")],
];

describe.each(WRITERS)("%s", (_, write) => {
  it("is flushed once before it counts as written", async () => {
    const flush = flushing();
    await write(join(await scratchFolder(), "file"));
    expect(flush).toHaveBeenCalledTimes(1);
  });

  it.each(["EINVAL", "ENOTSUP", "ENOSYS", "EPERM"])(
    "is written where flushing is refused with %s, which is reported once for each folder",
    async (code) => {
      flushing(code);
      const [first, second] = [await scratchFolder(), await scratchFolder()];
      const events: unknown[] = [];
      const end = reportUnflushed("w", (event) => events.push(event));
      for (const folder of [first, first, second]) await write(join(folder, "file"));
      end();
      expect(await readFile(join(first, "file"), "utf8")).toContain("content");
      expect(events).toEqual(
        [first, second].map((folder) => ({
          type: "storage.not_flushed",
          workspaceId: "w",
          reason: expect.stringMatching(new RegExp(`${folder}.*${code}`)),
        })),
      );
    },
  );

  it.each(["EIO", "ENOSPC", "EDQUOT"])("fails where flushing fails with %s", async (code) => {
    flushing(code);
    await expect(write(join(await scratchFolder(), "file"))).rejects.toMatchObject({ code });
  });
});

it("a private file that could not be flushed leaves nothing behind", async () => {
  flushing("EIO");
  const folder = await scratchFolder();
  await writePrivateFile(join(folder, "file"), "content").catch(() => {});
  expect(await readdir(folder)).toEqual([]);
});
