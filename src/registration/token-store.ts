import type { A2AEvent, Emit } from "../events";
import { shouldReport } from "../events/thinning";
import type { Workspace } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";
import { builtin } from "../runtime/machine";
import { writePrivateFile } from "../storage/private-file";
import { errorMessage } from "../text/format";

/** Brings tokens to the disk that the platform shows once, however long the disk does not take them. */
export interface TokenStore {
  /** Stores a new token; resolves, always, once it is stored or has been tried. */
  save(workspace: Workspace, token: string): Promise<void>;
  /** Tries again what is not stored yet. */
  retry(workspace: Workspace): Promise<void>;
  /** Tries what is not stored a last time, for two seconds at most. */
  close(): Promise<void>;
}

interface StoreParts {
  clock: Clock;
  emit: Emit<A2AEvent>;
  /** Where the token of a workspace is stored, unless it has a token file; `undefined` where there is no folder. */
  pathOf(workspace: Workspace): string | undefined;
}

/** A token that is not on the disk yet. */
interface Unsaved {
  readonly workspace: Workspace;
  /** Where to store it: in the first that takes it. All of them are looked at when the token is read. */
  readonly paths: readonly string[];
  token: string;
  failures: number;
  attempt?: Promise<void> | undefined;
  writing?: Promise<void> | undefined;
  stopTimer?: (() => void) | undefined;
}

/** A disk that does not answer is waited for this long, in milliseconds; what it does later counts all the same. */
const PATIENCE_MS = 2000;

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

export function createTokenStore({ clock, emit, pathOf }: StoreParts): TokenStore {
  const unsaved = new Map<Workspace, Unsaved>();
  let closed = false;

  function tell(workspace: Workspace, token: string, error: unknown): void {
    emit({ type: "token.store_failed", workspaceId: workspace.id, reason: errorMessage(error, token) });
  }

  async function write(entry: Unsaved): Promise<void> {
    for (;;) {
      const { token } = entry;
      await writeToFirst(entry.paths, token);
      if (token !== entry.token) continue;
      unsaved.delete(entry.workspace);
      entry.stopTimer?.();
      return;
    }
  }

  async function attempt(entry: Unsaved): Promise<void> {
    entry.stopTimer?.();
    // One at a time: an older token that the disk takes late must not replace a newer one.
    entry.writing ??= write(entry).finally(() => {
      entry.writing = undefined;
    });
    try {
      await withPatience(entry.writing);
    } catch (error) {
      entry.failures += 1;
      if (closed || shouldReport(entry.failures)) tell(entry.workspace, entry.token, error);
      if (closed) return;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (entry.failures - 1), LONGEST_PAUSE_MS);
      entry.stopTimer = clock.setTimer(() => void tryOnce(entry), pauseMs, true);
    }
  }

  function tryOnce(entry: Unsaved): Promise<void> {
    entry.attempt ??= attempt(entry).finally(() => {
      entry.attempt = undefined;
    });
    return entry.attempt;
  }

  function withPatience(writing: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopTimer = clock.setTimer(
        () => reject(new Error(`the disk has not answered within ${PATIENCE_MS} ms`)),
        PATIENCE_MS,
        true,
      );
      writing.then(resolve, reject).finally(stopTimer);
    });
  }

  return {
    async save(workspace, token) {
      const paths = [workspace.tokenFile, pathOf(workspace)].filter((path) => path !== undefined);
      if (paths.length === 0 || builtin("node:fs") === undefined) {
        tell(workspace, token, "there is no file system here");
        return;
      }
      const entry = unsaved.get(workspace) ?? { workspace, paths, token, failures: 0 };
      if (entry.token !== token) Object.assign(entry, { token, failures: 0 });
      unsaved.set(workspace, entry);
      await tryOnce(entry);
    },
    async retry(workspace) {
      const entry = unsaved.get(workspace);
      if (entry !== undefined) await tryOnce(entry);
    },
    async close() {
      closed = true;
      await Promise.all([...unsaved.values()].map(tryOnce));
    },
  };
}

/** Throws the trouble with the first path when no other takes it either: a file that was named may be a mount. */
async function writeToFirst(paths: readonly string[], token: string): Promise<void> {
  const troubles: unknown[] = [];
  for (const path of paths) {
    try {
      await writePrivateFile(path, token);
      return;
    } catch (error) {
      troubles.push(error);
    }
  }
  throw troubles[0];
}
