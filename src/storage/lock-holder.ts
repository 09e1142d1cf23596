import { builtin } from "../runtime/builtins";
import { isRecord, parseJson } from "../text/json";
import { fileSystem, hasErrorCode } from "./file-system";

/** Who holds a lock: the content of a lock file. */
export interface LockHolder {
  host: string;
  /** Where `pid` counts: the boot of the machine and the namespace of its process numbers; `""` where unknown. */
  pidScope: string;
  pid: number;
  /** Tells a process from an earlier one with the same number; `""` where the system does not say. */
  startedAt: string;
  /** Identifies one lock within its process. */
  nonce: string;
  /** What the lock is held for, where that matters to others. */
  purpose?: string;
}

/**
 * A lock is abandoned when its file was not touched for this long, in milliseconds. A process that runs may have lost
 * the part that held the lock, such as a worker thread, and one of another host or container cannot be looked up.
 */
const LEASE_MS = 180_000;

/** This process as the holder of a lock. */
export async function currentHolder(nonce: string, purpose?: string): Promise<LockHolder> {
  const pid = builtin("node:process")?.pid ?? 0;
  const [pidScope, startedAt] = await Promise.all([currentPidScope(), processStart(pid)]);
  const holder = { host: hostName(), pidScope, pid, startedAt, nonce };
  return purpose === undefined ? holder : { ...holder, purpose };
}

/** The holder in the content of a lock file; `undefined` when it names none. */
export function parseHolder(text: string): LockHolder | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isRecord(parsed.value)) return undefined;
  const { host, pidScope = "", pid, startedAt, nonce, purpose } = parsed.value;
  if (typeof host !== "string" || typeof pid !== "number") return undefined;
  if (typeof startedAt !== "string" || typeof nonce !== "string") return undefined;
  // Files of earlier versions have no scope.
  if (typeof pidScope !== "string") return undefined;
  return { host, pidScope, pid, startedAt, nonce, ...(typeof purpose === "string" ? { purpose } : {}) };
}

/**
 * True while the file at `path` is touched in time and, as far as it can be looked up, the holder's process runs.
 */
export async function isAlive(holder: LockHolder, path: string): Promise<boolean> {
  if ((await ageMs(path)) >= LEASE_MS) return false;
  return !(await isNear(holder)) || isRunning(holder);
}

/** Whether the holder's process number means the same here. Host names are not unique: containers may share one. */
async function isNear({ host, pidScope }: LockHolder): Promise<boolean> {
  if (host !== hostName()) return false;
  const here = await currentPidScope();
  return pidScope === "" || here === "" || pidScope === here;
}

async function isRunning({ pid, startedAt }: LockHolder): Promise<boolean> {
  try {
    builtin("node:process")?.kill(pid, 0);
  } catch (error) {
    // EPERM: the process belongs to another user, so it runs.
    if (!hasErrorCode(error, "EPERM")) return false;
  }
  const start = await processStart(pid);
  return start === "" || startedAt === "" || start === startedAt;
}

/** Names a holder for people; `self` is a holder in this process. */
export function describeHolder({ host, pid }: LockHolder, self: string): string {
  const isHere = host === hostName();
  if (isHere && pid === builtin("node:process")?.pid) return self;
  return `process ${pid}${isHere ? "" : ` on ${host}`}`;
}

const hostName = (): string => builtin("node:os")?.hostname() ?? "";

/** The boot and the namespace of process numbers on Linux; `""` on other systems. */
async function currentPidScope(): Promise<string> {
  try {
    const { readFile, readlink } = fileSystem().promises;
    const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    return `${bootId.trim()} ${await readlink("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

/** When a process started, in the units of Linux; `""` on other systems and for a process that is gone. */
async function processStart(pid: number): Promise<string> {
  try {
    const stat = await fileSystem().promises.readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses, which may contain spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

async function ageMs(path: string): Promise<number> {
  try {
    return Date.now() - (await fileSystem().promises.stat(path)).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
