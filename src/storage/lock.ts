import { builtin } from "../runtime/builtins";
import { systemClock } from "../runtime/clock";
import { newId } from "../runtime/ids";
import { isRecord, parseJson } from "../text/json";
import {
  fileSystem,
  hasErrorCode,
  pathModule,
  readPrivateFile,
  sweepTemporaries,
  writePrivateFile,
} from "./private-file";

/** Lets one heartbeat of all processes write; the lock of a process that is gone is taken over. */
export interface Lock {
  /** Resolves when the lock is held; to true when it was not before. Throws {@link LockHeldError} when somebody else has it. */
  acquire(): Promise<boolean>;
  release(): void;
}

/** Somebody else is at work, and alive. */
export class LockHeldError extends Error {}

interface Holder {
  /** Processes of other machines and containers cannot be looked at. */
  host: string;
  pid: number;
  /** Tells a process from an earlier one with the same number; empty where the system does not say. */
  startedAt: string;
  nonce: string;
}

/** A lock of another host is dead when its holder has not come by for so long, in milliseconds. */
const LEASE_MS = 180_000;

/** Rivals for a dead lock give way within this time, in steps of this, in milliseconds; or they are not rivals. */
const RIVALRY_MS = 500;
const STEP_MS = 10;

export function createLock(path: string): Lock {
  const nonce = newId();
  // Said by those who want to clear a dead lock away: only one who is alone in saying so may.
  const rival = (name: string) => `${path}.${name}.rival`;

  async function self(): Promise<string> {
    const pid = builtin("node:process")?.pid ?? 0;
    const holder: Holder = { host: hostName(), pid, startedAt: await startOf(pid), nonce };
    return JSON.stringify(holder);
  }

  /** False when there is one already. It appears with all it says, or a process killed here would leave an empty one. */
  async function create(): Promise<boolean> {
    const draft = `${path}.${nonce}.tmp`;
    const { promises, constants } = fileSystem();
    try {
      await writePrivateFile(draft, await self());
      await promises.link(draft, path).catch((error: unknown) => {
        if (hasErrorCode(error, "EEXIST")) throw error;
        // A file system without links.
        return promises.copyFile(draft, path, constants.COPYFILE_EXCL);
      });
      await sweep();
      return true;
    } catch (error) {
      if (hasErrorCode(error, "EEXIST")) return false;
      throw error;
    } finally {
      await promises.rm(draft, { force: true });
    }
  }

  async function livingRivals(): Promise<string[]> {
    const { basename, dirname } = pathModule();
    const { readdir, rm } = fileSystem().promises;
    const living: string[] = [];
    for (const name of await readdir(dirname(path))) {
      const other = name.slice(basename(path).length + 1, -".rival".length);
      if (name !== basename(rival(other)) || other === nonce) continue;
      const holder = readHolder(await textOf(rival(other)));
      if (holder !== undefined && (await isAlive(holder, rival(other)))) living.push(other);
      else await rm(rival(other), { force: true });
    }
    return living;
  }

  /** Removes what processes left behind that were killed while they took the lock. */
  async function sweep(): Promise<void> {
    try {
      await sweepTemporaries(path);
      await livingRivals();
    } catch {
      // The lock is held all the same.
    }
  }

  /** Of several who come at the same moment the one with the smallest name stays, once the others have seen it. */
  async function isAlone(): Promise<boolean> {
    for (let waited = 0; waited < RIVALRY_MS; waited += STEP_MS) {
      const others = await livingRivals();
      if (others.length === 0) return true;
      if (others.some((other) => other < nonce)) return false;
      await new Promise<void>((resolve) => systemClock.setTimer(resolve, STEP_MS));
    }
    return false;
  }

  /** Nobody else touches a dead lock meanwhile: who may is alone, and who wants a new one finds this one there. */
  async function replaceDead(): Promise<boolean> {
    const { promises } = fileSystem();
    try {
      await writePrivateFile(rival(nonce), await self());
      if (!(await isAlone())) return false;
      const holder = await holderAt(path);
      if (holder === "none" || (holder !== "dead" && (await isAlive(holder, path)))) return false;
      await promises.unlink(path);
      return await create();
    } finally {
      await promises.rm(rival(nonce), { force: true });
    }
  }

  return {
    async acquire() {
      for (let tries = 0; tries < 3; tries += 1) {
        const holder = await holderAt(path);
        if (holder === "none") {
          if (await create()) return true;
          continue;
        }
        if (holder !== "dead") {
          if (holder.nonce === nonce) {
            const now = new Date();
            await fileSystem().promises.utimes(path, now, now);
            return false;
          }
          if (await isAlive(holder, path)) throw heldBy(holder, path);
        }
        if (await replaceDead()) return true;
      }
      throw new LockHeldError(`another process has just taken ${path}`);
    },
    release() {
      try {
        const fs = fileSystem();
        if (readHolder(fs.readFileSync(path, "utf8"))?.nonce === nonce) fs.unlinkSync(path);
      } catch {
        // A lock that stays is found to be dead by whoever comes next.
      }
    },
  };
}

function heldBy({ host, pid }: Holder, path: string): LockHeldError {
  const isHere = host === hostName();
  const isOwn = isHere && pid === builtin("node:process")?.pid;
  const who = isOwn ? "another heartbeat of this process" : `process ${pid}${isHere ? "" : ` on ${host}`}`;
  return new LockHeldError(`${who} has ${path} and brings these results home`);
}

const hostName = (): string => builtin("node:os")?.hostname() ?? "";

/** Who a lock names; `dead` for one that names nobody. */
async function holderAt(path: string): Promise<Holder | "none" | "dead"> {
  const text = await textOf(path);
  if (text !== "") return readHolder(text) ?? "dead";
  try {
    await fileSystem().promises.lstat(path);
    return "dead";
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return "none";
    throw error;
  }
}

/** `""` also for what is too large to be a lock. */
async function textOf(path: string): Promise<string> {
  try {
    return (await readPrivateFile(path)) ?? "";
  } catch (error) {
    if (hasErrorCode(error, "EFBIG")) return "";
    throw error;
  }
}

function readHolder(text: string): Holder | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isRecord(parsed.value)) return undefined;
  const { host, pid, startedAt, nonce } = parsed.value;
  if (typeof host !== "string" || typeof pid !== "number") return undefined;
  if (typeof startedAt !== "string" || typeof nonce !== "string") return undefined;
  return { host, pid, startedAt, nonce };
}

async function isAlive({ host, pid, startedAt }: Holder, path: string): Promise<boolean> {
  if (host !== hostName()) return (await ageOf(path)) < LEASE_MS;
  try {
    builtin("node:process")?.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive, too.
    if (!hasErrorCode(error, "EPERM")) return false;
  }
  const start = await startOf(pid);
  return start === "" || startedAt === "" || start === startedAt;
}

/** When a process began, as Linux tells it. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await fileSystem().promises.readFile(`/proc/${pid}/stat`, "utf8");
    // The name of the program comes second, in parentheses, and may hold spaces itself.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

async function ageOf(path: string): Promise<number> {
  try {
    return Date.now() - (await fileSystem().promises.stat(path)).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
