import type { A2AEvent, Emit } from "../events";
import { shouldReport } from "../events/thinning";
import type { Workspace } from "../identity/workspaces";
import { builtin } from "../runtime/builtins";
import type { Clock } from "../runtime/clock";
import { reportUnflushed } from "../storage/flush";
import { writePrivateFile } from "../storage/private-file";
import { errorMessage } from "../text/format";

/**
 * Writes new tokens to the disk, because the platform shows each of them once. A write that fails is retried, at
 * growing intervals, until it succeeds or the store is closed.
 */
export interface TokenStore {
  /** Saves a new token. Never rejects; resolves after the first attempt, or after 2 seconds. */
  save(workspace: Workspace, token: string): Promise<void>;
  /** Tries again to save the workspace's token, if it is not saved yet. Never rejects. */
  retry(workspace: Workspace): Promise<void>;
  /** Tries a last time to save what is not saved yet; resolves after 2 seconds at most. */
  close(): Promise<void>;
}

export interface TokenStoreOptions {
  clock: Clock;
  emit: Emit<A2AEvent>;
  /** Where to save the token of a workspace when it has no token file; `undefined` where there is no folder. */
  pathFor(workspace: Workspace): string | undefined;
}

/** A token that is not on the disk yet. */
interface UnsavedToken {
  readonly workspace: Workspace;
  /** Where to save it: in the first file that can be written. A token is looked for in all of them. */
  readonly paths: readonly string[];
  token: string;
  failures: number;
  attempt?: Promise<void> | undefined;
  /** A write under way; it may outlive the attempt that started it. */
  writing?: Promise<void> | undefined;
  stopTimer?: (() => void) | undefined;
}

/** How long an attempt waits for the disk, in milliseconds. A write that succeeds later counts all the same. */
const WRITE_TIMEOUT_MS = 2000;

const BASE_DELAY_MS = 1000;
const MAX_DELAY_MS = 300_000;

export function createTokenStore({ clock, emit, pathFor }: TokenStoreOptions): TokenStore {
  const unsaved = new Map<Workspace, UnsavedToken>();
  let closed = false;

  function emitFailure(workspace: Workspace, token: string, error: unknown): void {
    emit({ type: "token.store_failed", workspaceId: workspace.id, reason: errorMessage(error, token) });
  }

  async function write(entry: UnsavedToken): Promise<void> {
    const endReports = reportUnflushed(entry.workspace.id, emit);
    await writeNewest(entry).finally(endReports);
  }

  async function writeNewest(entry: UnsavedToken): Promise<void> {
    let written: string;
    // A newer token may arrive while the disk takes this one.
    do {
      written = entry.token;
      await writeToFirst(entry.paths, written);
    } while (written !== entry.token);
    unsaved.delete(entry.workspace);
    entry.stopTimer?.();
  }

  async function attempt(entry: UnsavedToken): Promise<void> {
    entry.stopTimer?.();
    // One write at a time: an older token that reaches the disk late must not replace a newer one.
    entry.writing ??= write(entry).finally(() => {
      entry.writing = undefined;
    });
    try {
      await withTimeout(entry.writing, clock);
    } catch (error) {
      entry.failures += 1;
      if (closed || shouldReport(entry.failures)) emitFailure(entry.workspace, entry.token, error);
      if (closed) return;
      const delayMs = Math.min(BASE_DELAY_MS * 2 ** (entry.failures - 1), MAX_DELAY_MS);
      entry.stopTimer = clock.setTimer(() => void attemptOnce(entry), delayMs, true);
    }
  }

  function attemptOnce(entry: UnsavedToken): Promise<void> {
    entry.attempt ??= attempt(entry).finally(() => {
      entry.attempt = undefined;
    });
    return entry.attempt;
  }

  return {
    async save(workspace, token) {
      const paths = [workspace.tokenFile, pathFor(workspace)].filter((path) => path !== undefined);
      if (paths.length === 0 || builtin("node:fs") === undefined) {
        emitFailure(workspace, token, "there is no file system here");
        return;
      }
      const entry = unsaved.get(workspace) ?? { workspace, paths, token, failures: 0 };
      if (entry.token !== token) Object.assign(entry, { token, failures: 0 });
      unsaved.set(workspace, entry);
      await attemptOnce(entry);
    },
    async retry(workspace) {
      const entry = unsaved.get(workspace);
      if (entry !== undefined) await attemptOnce(entry);
    },
    async close() {
      closed = true;
      await Promise.all([...unsaved.values()].map(attemptOnce));
    },
  };
}

function withTimeout(writing: Promise<void>, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const error = new Error(`the disk has not answered within ${WRITE_TIMEOUT_MS} ms`);
    const stopTimer = clock.setTimer(() => reject(error), WRITE_TIMEOUT_MS, true);
    writing.then(resolve, reject).finally(stopTimer);
  });
}

/** Throws the error of the first path when all fail: that is the file the operator has named. */
async function writeToFirst(paths: readonly string[], token: string): Promise<void> {
  const errors: unknown[] = [];
  for (const path of paths) {
    try {
      await writePrivateFile(path, token);
      return;
    } catch (error) {
      errors.push(error);
    }
  }
  throw errors[0];
}
