import type { ClaimedFile } from "../storage/claimed-file";
import type { Lock } from "../storage/lock";
import { type DelegationResult, isDelegationId, parseResultLine } from "./result";
import type { ResultsJournal, ResultsState, UnannouncedResult } from "./results-journal";

export interface ResultsStoreOptions {
  workspaceId: string;
  file: ClaimedFile;
  journal: ResultsJournal;
  /** Of the file and of the journal; none where there is no file system. */
  locks: readonly Lock[];
  /** What of a result is remembered until it is announced. */
  toAnnounce(result: DelegationResult): UnannouncedResult | undefined;
  /** Called before anything is written. Throws when it may not be. */
  beforeWriting(): void;
  /** Told when there is something to tell about what was found on the disk. */
  onCorrupt(): void;
  onDropped(count: number): void;
}

/** Results on their way from the platform to the agent: written down once each, whatever happens in between. */
export interface ResultsStore {
  /** What is remembered; of use once {@link open} has succeeded. */
  readonly state: ResultsState;
  /** Takes the inbox over and puts in order what was left behind. Throws when it cannot be had now. */
  open(): Promise<Opened>;
  /** Writes down those that are not yet. Resolves to what has come home, with what was recovered. */
  append(results: readonly DelegationResult[]): Promise<readonly DelegationResult[]>;
  /** Remembers that these need no delivery: they were there before anybody asked for results. */
  skip(ids: readonly string[]): Promise<void>;
  /** Remembers a change at once, and on the disk. Throws as {@link open} where the disk does not have it. */
  note(change: (state: ResultsState) => ResultsState): Promise<void>;
  /** Results nobody has taken yet. */
  read(): Promise<DelegationResult[]>;
  /** Takes results away; those that have not come home yet will not. Throws as {@link open}. */
  acknowledge(ids: ReadonlySet<string>): Promise<void>;
  /** Lets others write, after what is under way. */
  release(): Promise<void>;
}

export interface Opened {
  /** Nobody has ever waited for results here. */
  isFirst: boolean;
  /** Written down by a process that was killed before it could say so. */
  recovered: readonly DelegationResult[];
}

export function createResultsStore(options: ResultsStoreOptions): ResultsStore {
  const { workspaceId, file, journal, locks, toAnnounce, beforeWriting, onCorrupt, onDropped } = options;
  let opened = false;
  // The watch keeps the locks; acknowledging alone gives them back.
  let heldByWatch = false;
  let isFirst = false;
  // Remembered as delivered, and not told of yet.
  let owed: readonly DelegationResult[] = [];
  // One thing at a time: each step takes the file away from everybody else.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  }

  /** What delivering `results` leaves to remember. */
  const delivered = (results: readonly DelegationResult[]): ResultsState => ({
    ...journal.state,
    seen: [...journal.state.seen, ...results.map(idOf)],
    unannounced: [...journal.state.unannounced, ...results.flatMap((result) => toAnnounce(result) ?? [])],
  });

  const unseen = (results: readonly DelegationResult[]) => {
    const seen = new Set(journal.state.seen);
    return results.filter(({ delegation_id: id }) => !seen.has(id) && seen.add(id));
  };

  async function takeOver(): Promise<void> {
    beforeWriting();
    for (const lock of locks) {
      // What is known from before is old if somebody else has had the lock since.
      if (await lock.acquire()) opened = false;
    }
    if (!opened) {
      const found = await journal.open();
      isFirst ||= found === "new";
      // What waits in the file was delivered, by whomever. If nothing else is known, it is not to come twice.
      if (found !== "kept") journal.assume({ ...journal.state, seen: ownIn(await file.read()).map(idOf) });
      if (found === "corrupt") {
        await journal.store(journal.state);
        onCorrupt();
      }
      opened = true;
    }
    await recover();
  }

  async function recover(): Promise<void> {
    const lines = await file.pending();
    if (lines === undefined) return;
    const recovered = unremembered(ownIn(lines));
    if (recovered.length > 0) {
      await journal.store(delivered(recovered));
      owed = [...owed, ...recovered];
    }
    await file.recover();
  }

  /** What has come home since it was asked for last. */
  function takeOwed(): readonly DelegationResult[] {
    const home = owed;
    owed = [];
    return home;
  }

  /** Lines of this workspace; a file may hold those of others. */
  function ownIn(lines: readonly string[]): DelegationResult[] {
    return resultsIn(lines).filter(({ source_id }) => source_id === workspaceId);
  }

  /** Those behind the last that is remembered: lines are written in order, and more may wait than are remembered. */
  function unremembered(results: readonly DelegationResult[]): readonly DelegationResult[] {
    const seen = new Set(journal.state.seen);
    const last = results.findLastIndex((result) => seen.has(idOf(result)));
    return results.slice(last + 1).filter((result) => isDelegationId(idOf(result)));
  }

  async function change(edit: (lines: string[]) => string[], remember: () => Promise<void>): Promise<void> {
    const dropped = await file.update(edit, remember);
    if (dropped > 0) onDropped(dropped);
  }

  /** Nobody is to be woken for what was taken, and what was had in another way need not come home. */
  async function rememberTaken(ids: ReadonlySet<string>): Promise<void> {
    const { state } = journal;
    const seen = new Set(state.seen);
    const had = [...ids].filter((id) => isDelegationId(id) && !seen.has(id));
    const unannounced = state.unannounced.filter(({ id }) => !ids.has(id));
    const next = { ...state, seen: [...state.seen, ...had], unannounced };
    // A journal on the disk says that somebody has waited for results, which nobody has yet.
    if (isFirst) journal.assume(next);
    else if (had.length > 0 || unannounced.length < state.unannounced.length) await journal.store(next);
  }

  function letGo(): void {
    for (const lock of locks) lock.release();
    opened = false;
    heldByWatch = false;
  }

  return {
    get state() {
      return journal.state;
    },
    open: () =>
      inTurn(async () => {
        await takeOver();
        heldByWatch = true;
        return { isFirst, recovered: takeOwed() };
      }),
    append: (results) =>
      inTurn(async () => {
        await takeOver();
        const fresh = unseen(results);
        if (fresh.length > 0) {
          const lines = fresh.map((result) => JSON.stringify(result));
          await change(
            (waiting) => [...waiting, ...lines],
            async () => {
              await journal.store(delivered(fresh));
              owed = [...owed, ...fresh];
            },
          );
        }
        return takeOwed();
      }),
    skip: (ids) =>
      inTurn(async () => {
        await journal.store({ ...journal.state, seen: [...journal.state.seen, ...ids] });
        isFirst = false;
      }),
    note: (change) =>
      inTurn(async () => {
        try {
          await takeOver();
        } catch (error) {
          journal.assume(change(journal.state));
          throw error;
        }
        await journal.note(change(journal.state));
      }),
    read: () =>
      inTurn(async () => {
        const results = resultsIn(await file.read());
        return results.filter(({ source_id }) => source_id === workspaceId || source_id === "");
      }),
    acknowledge: (ids) =>
      inTurn(async () => {
        try {
          await takeOver();
          await change(
            (lines) => lines.filter((line) => !ids.has(parseResultLine(line)?.delegation_id ?? "")),
            () => rememberTaken(ids),
          );
        } finally {
          if (!heldByWatch) letGo();
        }
      }),
    release: () => inTurn(async () => letGo()),
  };
}

const idOf = ({ delegation_id }: DelegationResult): string => delegation_id;

/** One result for each delegation; lines that hold none are passed over. */
function resultsIn(lines: readonly string[]): DelegationResult[] {
  const results = new Map<string, DelegationResult>();
  for (const line of lines) {
    const result = parseResultLine(line);
    if (result !== undefined && !results.has(result.delegation_id)) results.set(result.delegation_id, result);
  }
  return [...results.values()];
}
