import type { Stats } from "node:fs";
import { fileSystem, hasErrorCode, pathModule } from "./file-system";
import { flush } from "./flush";

const DEFAULT_MAX_BYTES = 8192;

/** Age in milliseconds from which a temporary file belongs to a writer that was killed. */
const ABANDONED_MS = 60_000;

/**
 * Reads a text file without the white space around its content; `undefined` when there is none or it is blank. Throws
 * for anything but a regular file (opening a FIFO would block the process) and, with the code `EFBIG`, for a file of
 * more than `maxBytes`, by default 8192.
 */
export async function readPrivateFile(
  path: string,
  maxBytes = DEFAULT_MAX_BYTES,
): Promise<string | undefined> {
  const fs = fileSystem();
  const { O_RDONLY, O_NONBLOCK } = fs.constants;
  let file: Awaited<ReturnType<typeof fs.promises.open>>;
  try {
    file = await fs.promises.open(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT") || hasErrorCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`${path} is not a regular file`);
    if (stat.size > maxBytes) {
      throw Object.assign(new Error(`${path} is larger than ${maxBytes} bytes`), { code: "EFBIG" });
    }
    const text = (await file.readFile("utf8")).trim();
    return text === "" ? undefined : text;
  } finally {
    await file.close();
  }
}

/**
 * Replaces a file atomically: the content goes to a temporary file beside it (mode 0600 from the start), is flushed,
 * and is renamed over the file. Readers see the old content or the new one, no other user sees either, and the old
 * one stays when anything fails. Creates the folder (0700) if needed. A symbolic link at `path` is replaced, not
 * followed. Throws the errors of the file system.
 */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const fs = fileSystem();
  const folder = pathModule().dirname(path);
  await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
  await rejectForeignLink(folder);
  await sweepTemporaries(path);
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  try {
    const file = await fs.promises.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      // Writes everything or throws, so a full disk leaves no truncated content behind.
      await file.writeFile(content);
      await flush(file, path);
    } finally {
      await file.close();
    }
    await fs.promises.rename(temporary, path);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

/** Takes the access of other users to a file away. Does nothing for anything but a regular file. */
export async function makePrivate(path: string): Promise<void> {
  const { lstat, chmod } = fileSystem().promises;
  const stat = await lstat(path).catch(() => undefined);
  if (stat?.isFile() && (stat.mode & 0o077) !== 0) await chmod(path, 0o600);
}

/** Removes the temporary files (`path.….tmp`) of writers that were killed: those older than a minute. */
export async function sweepTemporaries(path: string): Promise<void> {
  const fs = fileSystem();
  const { basename, dirname, join } = pathModule();
  for (const name of await fs.promises.readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(".tmp")) continue;
    const temporary = join(dirname(path), name);
    const stat = await fs.promises.lstat(temporary).catch(() => undefined);
    if (stat?.isFile() && Date.now() - stat.mtimeMs > ABANDONED_MS)
      await fs.promises.rm(temporary, { force: true });
  }
}

/** Flushes the folder: only then does the rename survive a power failure. Not every system supports it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await fileSystem().promises.open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file is in place all the same.
  }
}

/** True for a folder that is a symbolic link which another user may have created in its parent folder. */
export const isForeignLink = (folder: Stats, parent: Stats): boolean =>
  folder.isSymbolicLink() && (parent.mode & 0o022) !== 0;

async function rejectForeignLink(folder: string): Promise<void> {
  const { lstat, stat } = fileSystem().promises;
  if (isForeignLink(await lstat(folder), await stat(pathModule().dirname(folder)))) {
    throw new Error(`${folder} is a symbolic link in a folder that others can write`);
  }
}
