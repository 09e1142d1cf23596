import { fileSystem, isCode, readSecretFile, writeSecretFile } from "../../identity/private-file";
import { newId } from "../../ids";
import { builtin } from "../../runtime";
import { isRecord, parseJson } from "../../transport/json";

/** Lets one heartbeat of all processes write; the lock of a process that is gone is taken over. */
export interface Lock {
  /** Returns when the lock is held. Throws when a living process holds it. */
  take(): Promise<void>;
  release(): void;
}

interface Holder {
  pid: number;
  /** Tells a process from an earlier one with the same number; empty where the system does not say. */
  startedAt: string;
  nonce: string;
}

export function createLock(path: string): Lock {
  const nonce = newId();

  /** False when there is one already. It appears with all it says, or a process killed here would leave an empty one. */
  async function create(): Promise<boolean> {
    const pid = builtin("node:process")?.pid ?? 0;
    const holder: Holder = { pid, startedAt: await startOf(pid), nonce };
    const draft = `${path}.${nonce}`;
    const { promises } = fileSystem();
    try {
      await writeSecretFile(draft, JSON.stringify(holder));
      await promises.link(draft, path).catch((error: unknown) => {
        if (isCode(error, "EEXIST")) throw error;
        // A file system without links.
        return promises.copyFile(draft, path, fileSystem().constants.COPYFILE_EXCL);
      });
      return true;
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      throw error;
    } finally {
      await promises.rm(draft, { force: true });
    }
  }

  /** Moves a dead lock away; puts it back if it has become another one meanwhile. */
  async function clear(dead: string | undefined): Promise<void> {
    const aside = `${path}.${nonce}.dead`;
    const { rename, link, rm } = fileSystem().promises;
    try {
      await rename(path, aside);
      if ((await readSecretFile(aside)) !== dead) await link(aside, path);
    } catch (error) {
      // Somebody else was faster, which the next look at it tells.
      if (!isCode(error, "ENOENT") && !isCode(error, "EEXIST")) throw error;
    } finally {
      await rm(aside, { force: true });
    }
  }

  return {
    async take() {
      for (let tries = 0; tries < 3; tries += 1) {
        const text = await readSecretFile(path);
        const holder = text === undefined ? undefined : readHolder(text);
        if (holder?.nonce === nonce) return;
        if (holder !== undefined && (await isAlive(holder))) throw heldBy(holder);
        if (text !== undefined) await clear(text);
        if (await create()) return;
        if (text === undefined) await clear(undefined);
      }
      throw new Error("another process was faster to take the results of this workspace over");
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

function heldBy({ pid }: Holder): Error {
  return new Error(
    pid === builtin("node:process")?.pid
      ? "another heartbeat of this process brings the results of this workspace home"
      : `process ${pid} brings the results of this workspace home already`,
  );
}

function readHolder(text: string): Holder | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isRecord(parsed.value)) return undefined;
  const { pid, startedAt, nonce } = parsed.value;
  if (typeof pid !== "number" || typeof startedAt !== "string" || typeof nonce !== "string") return undefined;
  return { pid, startedAt, nonce };
}

async function isAlive({ pid, startedAt }: Holder): Promise<boolean> {
  try {
    builtin("node:process")?.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive, too.
    if (!isCode(error, "EPERM")) return false;
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
