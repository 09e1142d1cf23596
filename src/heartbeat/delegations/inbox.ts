import type { Journal, JournalState, Unannounced } from "./journal";
import type { Lock } from "./lock";
import { type DelegationResult, isDelegationId, readLine } from "./result";
import type { ResultsFile } from "./results-file";

export interface InboxOptions {
  file: ResultsFile;
  journal: Journal;
  /** Of the file and of the journal; none where there is no file system. */
  locks: readonly Lock[];
  /** What of a result is remembered until it is announced. */
  toAnnounce(result: DelegationResult): Unannounced | undefined;
  /** Told when there is something to tell about what was found on the disk. */
  onCorrupt(): void;
  onDropped(count: number): void;
}

/** Results on their way from the platform to the agent: written down once each, whatever happens in between. */
export interface Inbox {
  /** What is remembered; of use once {@link open} has succeeded. */
  readonly state: JournalState;
  /** Takes the inbox over and puts in order what was left behind. Throws when it cannot be had now. */
  open(): Promise<Opened>;
  /** Writes down those that are not yet. Resolves to what has come home, with what was recovered. */
  deliver(results: readonly DelegationResult[]): Promise<readonly DelegationResult[]>;
  /** Remembers that these need no delivery: they were there before anybody asked for results. */
  skip(ids: readonly string[]): Promise<void>;
  /** Remembers a change at once, and on the disk. */
  note(change: (state: JournalState) => JournalState): Promise<void>;
  /** Results nobody has taken yet. */
  read(): Promise<DelegationResult[]>;
  /** Takes results away. Throws as {@link open}. */
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

export function createInbox({ file, journal, locks, toAnnounce, onCorrupt, onDropped }: InboxOptions): Inbox {
  let opened = false;
  let kept = false;
  let isFirst = false;
  // Remembered as delivered, but readers could not be given the file yet.
  let owed: readonly DelegationResult[] = [];
  // One thing at a time: each step takes the file away from everybody else.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  }

  /** What delivering `results` leaves to remember. */
  const delivered = (results: readonly DelegationResult[]): JournalState => ({
    ...journal.state,
    seen: [...journal.state.seen, ...results.map(({ delegation_id }) => delegation_id)],
    unannounced: [...journal.state.unannounced, ...results.flatMap((result) => toAnnounce(result) ?? [])],
  });

  const unseen = (results: readonly DelegationResult[]) => {
    const seen = new Set(journal.state.seen);
    return results.filter(({ delegation_id: id }) => !seen.has(id) && seen.add(id));
  };

  async function takeOver(): Promise<Opened> {
    for (const lock of locks) {
      // What is known from before is old if somebody else has had the lock since.
      if (await lock.take()) opened = false;
    }
    if (!opened) {
      const found = await journal.open();
      isFirst = found === "new";
      if (found === "corrupt") {
        // What still waits in the file surely was delivered; of the rest nobody knows, and nothing may be lost.
        const waiting = resultsIn(await file.read());
        await journal.store({ ...journal.state, seen: waiting.map(({ delegation_id }) => delegation_id) });
        onCorrupt();
      }
      opened = true;
    }
    const recovered = await recover();
    return { isFirst, recovered };
  }

  async function recover(): Promise<readonly DelegationResult[]> {
    const lines = await file.leftBehind();
    if (lines !== undefined) {
      const recovered = newest(resultsIn(lines));
      if (recovered.length > 0) {
        await journal.store(delivered(recovered));
        owed = [...owed, ...recovered];
      }
      await file.putBack();
    }
    const home = owed;
    owed = [];
    return home;
  }

  /** Those behind the last that is remembered: lines are written in order, and more may wait than are remembered. */
  function newest(results: readonly DelegationResult[]): readonly DelegationResult[] {
    const seen = new Set(journal.state.seen);
    const last = results.findLastIndex(({ delegation_id: id }) => seen.has(id));
    return results.slice(last + 1).filter(({ delegation_id: id }) => isDelegationId(id));
  }

  async function change(edit: (lines: string[]) => string[], commit: () => Promise<void>): Promise<void> {
    const dropped = await file.change(edit, commit);
    if (dropped > 0) onDropped(dropped);
  }

  function letGo(): void {
    for (const lock of locks) lock.release();
    opened = false;
    kept = false;
  }

  return {
    get state() {
      return journal.state;
    },
    open: () =>
      inTurn(async () => {
        const found = await takeOver();
        kept = true;
        return found;
      }),
    deliver: (results) =>
      inTurn(async () => {
        const { recovered } = await takeOver();
        const fresh = unseen(results);
        if (fresh.length === 0) return recovered;
        const lines = fresh.map((result) => JSON.stringify(result));
        await change(
          (waiting) => [...waiting, ...lines],
          async () => {
            await journal.store(delivered(fresh));
            owed = fresh;
          },
        );
        owed = [];
        return [...recovered, ...fresh];
      }),
    skip: (ids) =>
      inTurn(async () => {
        await journal.store({ ...journal.state, seen: [...journal.state.seen, ...ids] });
        isFirst = false;
      }),
    note: (change) => inTurn(() => journal.note(change(journal.state))),
    read: () => inTurn(async () => resultsIn(await file.read())),
    acknowledge: (ids) =>
      inTurn(async () => {
        try {
          await takeOver();
          await change(
            (lines) => lines.filter((line) => !ids.has(readLine(line)?.delegation_id ?? "")),
            async () => {},
          );
        } finally {
          if (!kept) letGo();
        }
      }),
    release: () => inTurn(async () => letGo()),
  };
}

/** One result for each delegation; lines that hold none are passed over. */
function resultsIn(lines: readonly string[]): DelegationResult[] {
  const results = new Map<string, DelegationResult>();
  for (const line of lines) {
    const result = readLine(line);
    if (result !== undefined && !results.has(result.delegation_id)) results.set(result.delegation_id, result);
  }
  return [...results.values()];
}
