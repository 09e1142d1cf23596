import { createSerialRunner } from "../runtime/serial-runner";
import { type DelegationResult, parseResultLine, parseResultLines } from "./result";
import {
  type PendingWakeUp,
  type ResultsState,
  withAcknowledged,
  withForeign,
  withListed,
  withoutWakeUp,
  withSeen,
  withWakeUp,
} from "./results-state";
import {
  acquireLocks,
  closeSession,
  createSession,
  drainUnreported,
  openSession,
  type ResultsStoreOptions,
  type StoreSession,
  storeDelivered,
} from "./store-session";

/**
 * The results of one workspace on the disk: a file of results that were not acknowledged, and a journal of what was
 * delivered. Each result is written once, whenever the process ends. Calls run one after the other. Those that write
 * throw `LockHeldError` while another process or heartbeat has the store, and the errors of the file system.
 */
export interface ResultsStore {
  /** What is known about results; complete once {@link open} has succeeded. */
  readonly state: ResultsState;
  /** Acquires the store until it is closed, and recovers what an interrupted process left behind. */
  open(): Promise<OpenedStore>;
  /** Writes the results that were not seen. Resolves to what was delivered since the last call, recovered ones too. */
  append(results: readonly DelegationResult[]): Promise<readonly DelegationResult[]>;
  /** Stores that these delegations need no delivery: they were finished before anybody waited for results. */
  skip(ids: readonly string[]): Promise<void>;
  /** Records which delegations the platform lists now: what is known of them is kept. Stored with the next change. */
  setListed(ids: readonly string[]): void;
  /** Stores that these delegations of other workspaces were reported. */
  recordForeign(ids: readonly string[]): Promise<void>;
  /** Stores the wake-up message that is to be sent. It is known in memory even when storing fails. */
  saveWakeUp(wakeUp: PendingWakeUp): Promise<void>;
  /** Removes the stored wake-up message and the results it told about. Known in memory even when storing fails. */
  completeWakeUp(ids: readonly string[]): Promise<void>;
  /** The results that nobody has acknowledged or taken with the file. Needs no lock. */
  read(): Promise<DelegationResult[]>;
  /** Removes results. Those that were not delivered yet will not be. */
  acknowledge(ids: ReadonlySet<string>): Promise<void>;
  /** Renews the locks if they are held, so that no other process takes them over. Never rejects. */
  renew(): Promise<void>;
  /** Releases the store after the calls before. */
  close(): Promise<void>;
}

export interface OpenedStore {
  /** Nobody has waited for results here before. */
  isFirst: boolean;
  /** Results that an interrupted process wrote without reporting them. */
  recovered: readonly DelegationResult[];
}

export function createResultsStore(options: ResultsStoreOptions): ResultsStore {
  const { workspaceId, file, journal } = options;
  const session = createSession();
  const runSerially = createSerialRunner();

  /** Changes the state in memory even when the disk, or the store itself, is not available. */
  const changeState = (change: (state: ResultsState) => ResultsState) =>
    runSerially(async () => {
      try {
        await openSession(options, session);
      } catch (error) {
        journal.assume(change(journal.state));
        throw error;
      }
      await journal.note(change(journal.state));
    });

  return {
    get state() {
      return journal.state;
    },
    open: () =>
      runSerially(async () => {
        await openSession(options, session);
        session.keepsLocks = true;
        return { isFirst: session.isFirst, recovered: drainUnreported(session) };
      }),
    append: (results) =>
      runSerially(async () => {
        await openSession(options, session);
        await appendUnseen(options, session, results);
        return drainUnreported(session);
      }),
    skip: (ids) =>
      runSerially(async () => {
        await journal.store(withSeen(journal.state, ids));
        session.isFirst = false;
      }),
    setListed: (ids) => journal.assume(withListed(journal.state, ids)),
    recordForeign: (ids) => changeState((state) => withForeign(state, ids)),
    saveWakeUp: (wakeUp) => changeState((state) => withWakeUp(state, wakeUp, Date.now())),
    completeWakeUp: (ids) => changeState((state) => withoutWakeUp(state, ids)),
    read: () =>
      runSerially(async () => {
        const results = parseResultLines(await file.read());
        return results.filter(({ source_id }) => source_id === workspaceId || source_id === "");
      }),
    acknowledge: (ids) =>
      runSerially(async () => {
        try {
          await openSession(options, session);
          await removeLines(options, session, ids);
        } finally {
          if (!session.keepsLocks) closeSession(options, session);
        }
      }),
    renew: () =>
      runSerially(async () => {
        if (session.keepsLocks) await acquireLocks(options, session);
      }).catch(() => {
        // The next call that needs the locks reports it.
      }),
    close: () => runSerially(async () => closeSession(options, session)),
  };
}

async function appendUnseen(
  options: ResultsStoreOptions,
  session: StoreSession,
  results: readonly DelegationResult[],
): Promise<void> {
  const seen = new Set(options.journal.state.seen);
  const unseen = results.filter(({ delegation_id: id }) => !seen.has(id) && seen.add(id));
  if (unseen.length === 0) return;
  const added = unseen.map((result) => JSON.stringify(result));
  const edit = (lines: string[]) => [...lines, ...added];
  await updateFile(options, edit, () => storeDelivered(options, session, unseen));
}

async function removeLines(
  options: ResultsStoreOptions,
  session: StoreSession,
  ids: ReadonlySet<string>,
): Promise<void> {
  const { journal } = options;
  const edit = (lines: string[]) =>
    lines.filter((line) => !ids.has(parseResultLine(line)?.delegation_id ?? ""));
  await updateFile(options, edit, async () => {
    const next = withAcknowledged(journal.state, ids);
    // A journal file would say that somebody has waited for results, which is not the case yet.
    if (session.isFirst) journal.assume(next);
    else if (next !== journal.state) await journal.store(next);
  });
}

async function updateFile(
  { file, onDropped }: ResultsStoreOptions,
  edit: (lines: string[]) => string[],
  commit: () => Promise<void>,
): Promise<void> {
  const dropped = await file.update(edit, commit);
  if (dropped > 0) onDropped(dropped);
}
