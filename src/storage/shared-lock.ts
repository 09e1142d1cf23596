import { createLock, type DescribeHeld, type Lock, LockHeldError } from "./lock";
import { currentHolder } from "./lock-holder";

/** A lock file that several parts of one process hold together. */
interface SharedFile {
  readonly lock: Lock;
  /** Who holds it in each role. */
  readonly holders: Map<string, symbol>;
  /** Grows each time the lock is taken anew: another process may have had it before. */
  generation: number;
  /** Ends after every acquisition that was asked for so far. */
  last: Promise<unknown>;
  pending: number;
}

// A registered symbol: one process may load the ES module and the CommonJS build.
const FILES = Symbol.for("a2a-peers.shared-locks");

function sharedFile(path: string, create: (path: string) => Lock): SharedFile {
  const scope = globalThis as { [FILES]?: Map<string, SharedFile> };
  scope[FILES] ??= new Map();
  const known = scope[FILES].get(path);
  if (known !== undefined) return known;
  const file = {
    lock: create(path),
    holders: new Map(),
    generation: 0,
    last: Promise.resolve(),
    pending: 0,
  };
  scope[FILES].set(path, file);
  return file;
}

/**
 * Creates a lock over the file at `path` that different roles of this process may hold at the same time, and each role
 * only once. Other processes wait for all of them.
 */
export function createSharedLock(
  path: string,
  role: string,
  describeHeld: DescribeHeld,
  create: (path: string) => Lock = (file) => createLock(file, describeHeld),
): Lock {
  const holder = Symbol(role);
  let heldGeneration = 0;

  async function acquire(file: SharedFile): Promise<boolean> {
    const current = file.holders.get(role);
    if (current !== undefined && current !== holder) {
      throw new LockHeldError(describeHeld(await currentHolder(""), path));
    }
    try {
      if (await file.lock.acquire()) file.generation += 1;
    } catch (error) {
      if (error instanceof LockHeldError) file.holders.delete(role);
      throw error;
    }
    const isNew = current === undefined || heldGeneration !== file.generation;
    file.holders.set(role, holder);
    heldGeneration = file.generation;
    return isNew;
  }

  return {
    acquire() {
      const file = sharedFile(path, create);
      file.pending += 1;
      const turn = () => acquire(file).finally(() => (file.pending -= 1));
      const acquired = file.last.then(turn, turn);
      file.last = acquired.catch(() => {});
      return acquired;
    },
    release() {
      const file = sharedFile(path, create);
      if (file.holders.get(role) !== holder) return;
      file.holders.delete(role);
      if (file.holders.size === 0 && file.pending === 0) file.lock.release();
    },
  };
}
