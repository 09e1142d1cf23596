import { systemClock } from "../runtime/clock";
import { newId } from "../runtime/ids";
import { fileSystem, hasErrorCode, pathModule } from "./file-system";
import { currentHolder, describeHolder, isAlive, type LockHolder, parseHolder } from "./lock-holder";
import { readPrivateFile, sweepTemporaries, writePrivateFile } from "./private-file";

/** A lock file: one holder at a time among all processes. The lock of a process that is gone is taken over. */
export interface Lock {
  /**
   * Resolves when the lock is held: to true when it was not held before. Holding it again renews it. Throws
   * {@link LockHeldError} when another holder has it, and the errors of the file system.
   */
  acquire(): Promise<boolean>;
  /** Gives the lock up, if it is held. Never throws. */
  release(): void;
}

/** Another holder has the lock and is alive. */
export class LockHeldError extends Error {}

/** Words the message of a {@link LockHeldError}. */
export type DescribeHeld = (holder: LockHolder, path: string) => string;

/** One lock in this process: the lock file and the identity under which it is held. */
interface LockFile {
  readonly path: string;
  readonly nonce: string;
  readonly purpose: string | undefined;
}

type LockFileContent = LockHolder | "missing" | "unreadable";

const MAX_TRIES = 3;

/** Contenders for an abandoned lock wait for each other for at most this time, in milliseconds. */
const CONTENTION_MS = 500;
const CONTENTION_STEP_MS = 10;

const RIVAL_SUFFIX = ".rival";

/**
 * Creates a lock over the file at `path`; nothing is written before {@link Lock.acquire}. `purpose` is what the lock is
 * held for, which others find in its holder.
 */
export function createLock(
  path: string,
  describeHeld: DescribeHeld = defaultMessage,
  purpose?: string,
): Lock {
  const file: LockFile = { path, nonce: newId(), purpose };
  return {
    async acquire() {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const holder = await readLock(path);
        if (holder === "missing") {
          if (await create(file)) return true;
          continue;
        }
        if (holder !== "unreadable") {
          if (holder.nonce === file.nonce) {
            await touch(path);
            return false;
          }
          if (await isAlive(holder, path)) throw new LockHeldError(describeHeld(holder, path));
        }
        if (await replaceAbandoned(file)) return true;
      }
      throw new LockHeldError(`another process has just taken ${path}`);
    },
    release() {
      try {
        const fs = fileSystem();
        if (parseHolder(fs.readFileSync(path, "utf8"))?.nonce === file.nonce) fs.unlinkSync(path);
      } catch {
        // The next process finds the lock abandoned and takes it over.
      }
    },
  };
}

const defaultMessage: DescribeHeld = (holder, path) =>
  `${describeHolder(holder, "another lock of this process")} has ${path}`;

/** Creates the lock file; false when it exists. It is linked into place with its content: a killed process leaves no empty one. */
async function create({ path, nonce, purpose }: LockFile): Promise<boolean> {
  const staged = `${path}.${nonce}.tmp`;
  const { promises, constants } = fileSystem();
  try {
    await writePrivateFile(staged, JSON.stringify(await currentHolder(nonce, purpose)));
    await promises.link(staged, path).catch((error: unknown) => {
      if (hasErrorCode(error, "EEXIST")) throw error;
      // A file system without hard links.
      return promises.copyFile(staged, path, constants.COPYFILE_EXCL);
    });
    await sweep({ path, nonce, purpose });
    return true;
  } catch (error) {
    if (hasErrorCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await promises.rm(staged, { force: true });
  }
}

/**
 * Replaces a lock whose holder is gone; false when another contender does. Each contender first writes a file that
 * says so, and only one that is alone removes the lock: otherwise a slow one could remove the new lock of a quick one.
 */
async function replaceAbandoned(file: LockFile): Promise<boolean> {
  const { path, nonce } = file;
  const { promises } = fileSystem();
  const rival = rivalPath(path, nonce);
  try {
    await writePrivateFile(rival, JSON.stringify(await currentHolder(nonce)));
    if (!(await isOnlyContender(file))) return false;
    const holder = await readLock(path);
    if (holder === "missing") return false;
    if (holder !== "unreadable" && (await isAlive(holder, path))) return false;
    await promises.unlink(path);
    return await create(file);
  } finally {
    await promises.rm(rival, { force: true });
  }
}

/** Of several contenders the one with the smallest nonce stays; it waits until the others have withdrawn. */
async function isOnlyContender(file: LockFile): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < CONTENTION_MS; waitedMs += CONTENTION_STEP_MS) {
    const others = await liveRivals(file);
    if (others.length === 0) return true;
    if (others.some((other) => other < file.nonce)) return false;
    await new Promise<void>((resolve) => systemClock.setTimer(resolve, CONTENTION_STEP_MS));
  }
  return false;
}

/** The nonces of other contenders that are alive; removes the files of those that are gone. */
async function liveRivals({ path, nonce }: LockFile): Promise<string[]> {
  const { basename, dirname } = pathModule();
  const { readdir, rm } = fileSystem().promises;
  const live: string[] = [];
  for (const name of await readdir(dirname(path))) {
    const other = name.slice(basename(path).length + 1, -RIVAL_SUFFIX.length);
    const rival = rivalPath(path, other);
    if (name !== basename(rival) || other === nonce) continue;
    const holder = parseHolder(await readText(rival));
    if (holder !== undefined && (await isAlive(holder, rival))) live.push(other);
    else await rm(rival, { force: true });
  }
  return live;
}

const rivalPath = (path: string, nonce: string): string => `${path}.${nonce}${RIVAL_SUFFIX}`;

/** Removes the files of processes that were killed while they took the lock. */
async function sweep(file: LockFile): Promise<void> {
  try {
    await sweepTemporaries(file.path);
    await liveRivals(file);
  } catch {
    // The lock is held all the same.
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await fileSystem().promises.utimes(path, now, now);
}

async function readLock(path: string): Promise<LockFileContent> {
  const text = await readText(path);
  if (text !== "") return parseHolder(text) ?? "unreadable";
  try {
    await fileSystem().promises.lstat(path);
    return "unreadable";
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return "missing";
    throw error;
  }
}

/** The content of a file; `""` when there is none, and for one that is too large for a lock. */
async function readText(path: string): Promise<string> {
  try {
    return (await readPrivateFile(path)) ?? "";
  } catch (error) {
    if (hasErrorCode(error, "EFBIG")) return "";
    throw error;
  }
}
