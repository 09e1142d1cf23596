import type { ClaimedFile } from "../storage/claimed-file";
import type { Lock } from "../storage/lock";
import { type DelegationResult, isDelegationId, parseResultLines } from "./result";
import type { ResultsJournal } from "./results-journal";
import { type UnannouncedResult, withDelivered, withSeen } from "./results-state";

export interface ResultsStoreOptions {
  workspaceId: string;
  file: ClaimedFile;
  journal: ResultsJournal;
  /** Locks of the file and of the journal; none where there is no file system. */
  locks: readonly Lock[];
  /** What a wake-up message tells the agent about a result; `undefined` for a result that it is not told about. */
  toUnannounced(result: DelegationResult): UnannouncedResult | undefined;
  /** Called before anything is written. Throws when it must not be. */
  beforeWriting(): void;
  /** Called when the journal was found to be corrupt. */
  onCorrupt(): void;
  /** Called with the number of lines the file dropped for space. */
  onDropped(count: number): void;
}

/** What a store knows about the disk between two calls. */
export interface StoreSession {
  /** The journal was read under the locks that are held. */
  isOpen: boolean;
  /** The locks stay held until the store is closed. Otherwise each call that takes them gives them back. */
  keepsLocks: boolean;
  /** No journal was found, and nothing was skipped or delivered yet. */
  isFirst: boolean;
  /** Results that are stored as delivered and that no call has returned yet. */
  unreported: readonly DelegationResult[];
}

export const createSession = (): StoreSession => ({
  isOpen: false,
  keepsLocks: false,
  isFirst: false,
  unreported: [],
});

/**
 * Acquires the locks, reads the journal unless it is known, and recovers an interrupted update. Throws
 * `LockHeldError` and the errors of the file system.
 */
export async function openSession(options: ResultsStoreOptions, session: StoreSession): Promise<void> {
  options.beforeWriting();
  await acquireLocks(options, session);
  if (!session.isOpen) {
    await readJournal(options, session);
    session.isOpen = true;
  }
  await recoverFile(options, session);
}

/** Acquires the locks, or renews them. */
export async function acquireLocks({ locks }: ResultsStoreOptions, session: StoreSession): Promise<void> {
  for (const lock of locks) {
    // Another holder may have changed the journal since it was read.
    if (await lock.acquire()) session.isOpen = false;
  }
}

export function closeSession({ locks }: ResultsStoreOptions, session: StoreSession): void {
  for (const lock of locks) lock.release();
  session.isOpen = false;
  session.keepsLocks = false;
}

/** The results stored as delivered since the last call. */
export function drainUnreported(session: StoreSession): readonly DelegationResult[] {
  const results = session.unreported;
  session.unreported = [];
  return results;
}

/** Stores results as delivered in the journal. */
export async function storeDelivered(
  { journal, toUnannounced }: ResultsStoreOptions,
  session: StoreSession,
  results: readonly DelegationResult[],
): Promise<void> {
  const unannounced = results.flatMap((result) => toUnannounced(result) ?? []);
  await journal.store(withDelivered(journal.state, results, unannounced));
  session.unreported = [...session.unreported, ...results];
}

async function readJournal(options: ResultsStoreOptions, session: StoreSession): Promise<void> {
  const { workspaceId, file, journal, onCorrupt } = options;
  const found = await journal.open();
  session.isFirst ||= found === "new";
  if (found === "kept") return;
  // Without a journal, results in the file still count as delivered, so that they are not delivered twice.
  const own = ownResults(await file.read(), workspaceId);
  journal.assume(withSeen({ ...journal.state, seen: [] }, own.map(getId)));
  if (found === "corrupt") {
    await journal.store(journal.state);
    onCorrupt();
  }
}

async function recoverFile(options: ResultsStoreOptions, session: StoreSession): Promise<void> {
  const { workspaceId, file, journal } = options;
  const lines = await file.pending();
  if (lines === undefined) return;
  const recovered = behindLastSeen(ownResults(lines, workspaceId), journal.state.seen);
  if (recovered.length > 0) await storeDelivered(options, session, recovered);
  await file.recover();
}

/**
 * The results behind the last one that was seen. Lines are in the order of delivery, and the file may hold more of
 * them than the journal, so the ones before it were seen, too.
 */
function behindLastSeen(
  results: readonly DelegationResult[],
  seenIds: readonly string[],
): readonly DelegationResult[] {
  const seen = new Set(seenIds);
  const last = results.findLastIndex((result) => seen.has(getId(result)));
  return results.slice(last + 1).filter((result) => isDelegationId(getId(result)));
}

/** The results of this workspace; a file may hold those of others. */
const ownResults = (lines: readonly string[], workspaceId: string): DelegationResult[] =>
  parseResultLines(lines).filter(({ source_id }) => source_id === workspaceId);

const getId = ({ delegation_id }: DelegationResult): string => delegation_id;
