import { builtin } from "../runtime/builtins";

/** The largest file that can be a token or a secret. */
const LARGEST_SECRET = 8192;

/**
 * Reads a small text file, white space around it removed; `undefined` when there is none. Throws for what is no
 * regular file (opening a FIFO would block the process) and, with the code `EFBIG`, for what has more than `most` bytes:
 * too large to be a secret.
 */
export async function readPrivateFile(path: string, most = LARGEST_SECRET): Promise<string | undefined> {
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
    if (stat.size > most) {
      throw Object.assign(new Error(`${path} is larger than ${most} bytes`), { code: "EFBIG" });
    }
    const text = (await file.readFile("utf8")).trim();
    return text === "" ? undefined : text;
  } finally {
    await file.close();
  }
}

/**
 * Stores a secret so that at no moment anybody reads half of it, nobody else can read it, and the old one stays when
 * anything fails: a new file beside it (0600 from the start), flushed, then renamed over it. A symbolic link in its
 * place is replaced, not followed. Throws what the file system throws.
 */
export async function writePrivateFile(path: string, secret: string): Promise<void> {
  const fs = fileSystem();
  const folder = pathModule().dirname(path);
  await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
  await refuseForeignLink(folder);
  await sweepTemporaries(path);
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  try {
    const file = await fs.promises.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      // Writes all of it or throws: a full disk must not leave a shortened secret.
      await file.writeFile(secret);
      await file.sync();
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

/** The rename itself is only safe from a power cut once the folder is flushed; not every system can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await fileSystem().promises.open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // The secret is in place all the same.
  }
}

/** A folder that is a link others could have planted leads who knows where. */
async function refuseForeignLink(folder: string): Promise<void> {
  const fs = fileSystem();
  if (!(await fs.promises.lstat(folder)).isSymbolicLink()) return;
  const parent = await fs.promises.stat(pathModule().dirname(folder));
  if ((parent.mode & 0o022) !== 0) {
    throw new Error(`${folder} is a symbolic link in a folder that others can write`);
  }
}

/** Old enough that no writer can still be at work on it. */
const ABANDONED_MS = 60_000;

/** Removes what writers of `path` left behind beside it that were killed half way: old enough, `path.….tmp`. */
export async function sweepTemporaries(path: string): Promise<void> {
  const fs = fileSystem();
  const { basename, dirname, join } = pathModule();
  for (const name of await fs.promises.readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(".tmp")) continue;
    const left = join(dirname(path), name);
    const stat = await fs.promises.lstat(left).catch(() => undefined);
    if (stat?.isFile() && Date.now() - stat.mtimeMs > ABANDONED_MS)
      await fs.promises.rm(left, { force: true });
  }
}

export const hasErrorCode = (error: unknown, code: string): boolean =>
  (error as { code?: unknown } | null | undefined)?.code === code;

/** Throws where there is none. */
export function fileSystem() {
  const fs = builtin("node:fs");
  if (fs === undefined) throw new Error("there is no file system here");
  return fs;
}

/** Throws where there is no file system. */
export function pathModule() {
  const path = builtin("node:path");
  if (path === undefined) throw new Error("there is no file system here");
  return path;
}
