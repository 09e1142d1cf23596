import { type AppendFile, createAppendFile, createMemoryLines } from "../storage/append-file";
import { createJournal, type Journal } from "../storage/journal";
import type { DescribeHeld, Lock } from "../storage/lock";
import { describeHolder } from "../storage/lock-holder";
import { createSharedLock } from "../storage/shared-lock";
import type { StateFolder } from "../storage/state-folder";
import { boundLedger, EMPTY_LEDGER, type LedgerState, MAX_LEDGER_BYTES, parseLedger } from "./ledger";

const LEDGER = ".inbox.json";
const DEAD_LETTERS = "inbox_dead_letters.jsonl";
const VERSION = 1;

/** One lock for all that reads for a workspace: its inbox and the results of its delegations. */
const LOCK = ".delegations.json.lock";

/** Where an inbox keeps what it has to remember: in the state folder, or in memory where there is none. */
export interface InboxStorage {
  /**
   * Takes the lock, or renews it. Resolves to a number that grows whenever another reader may have had it since the
   * last time. Throws `LockHeldError`.
   */
  acquire(): Promise<number>;
  /** What was stored; throws what the disk throws. */
  load(): Promise<LedgerState>;
  /**
   * Stores `state`, if the lock was held ever since {@link acquire} has resolved to `tenure`. Throws `LockHeldError` or
   * {@link LockLostError} if it was not, or what the disk throws.
   */
  store(state: LedgerState, tenure: number): Promise<void>;
  readonly deadLetters: AppendFile;
  release(): void;
}

export interface InboxStorageOptions {
  folder: StateFolder | undefined;
  workspaceId: string;
  /** Called with the path of a ledger that cannot be understood. */
  onDamaged(path: string): void;
}

export function createInboxStorage({ folder, workspaceId, onDamaged }: InboxStorageOptions): InboxStorage {
  const path = folder?.path(LEDGER);
  const journal: Journal<LedgerState> = createJournal({
    path,
    version: VERSION,
    empty: EMPTY_LEDGER,
    parse: parseLedger,
    bound: boundLedger,
    maxBytes: MAX_LEDGER_BYTES,
  });
  const lock =
    folder === undefined
      ? createSharedLock(`memory:${workspaceId}`, "inbox", describeHeld, createMemoryLock)
      : createSharedLock(folder.path(LOCK), "inbox", describeHeld);
  let tenure = 0;
  async function acquire(): Promise<number> {
    folder?.claim();
    if (folder?.path(LEDGER) !== path) {
      throw new Error(`${path} belongs to another workspace by now; give this one a \`stateDir\` of its own`);
    }
    if (await lock.acquire()) tenure += 1;
    return tenure;
  }
  return {
    acquire,
    async load() {
      if ((await journal.open()) === "corrupt" && path !== undefined) onDamaged(path);
      return journal.state;
    },
    async store(state, since) {
      if ((await acquire()) !== since) throw new LockLostError();
      await journal.store(state);
    },
    deadLetters:
      folder === undefined
        ? createMemoryLines()
        : createAppendFile(folder.path(DEAD_LETTERS), "messages that were set aside"),
    release: () => lock.release(),
  };
}

/** The lock was lost and is held again: another reader may have changed what is stored meanwhile. */
export class LockLostError extends Error {}

const describeHeld: DescribeHeld = (holder, path) =>
  `${describeHolder(holder, "another inbox of this process")} has ${path} and reads the messages of this workspace`;

/** Where there is no file system only the inboxes of this process know of each other. */
function createMemoryLock(): Lock {
  let held = false;
  return {
    async acquire() {
      const isNew = !held;
      held = true;
      return isNew;
    },
    release() {
      held = false;
    },
  };
}
