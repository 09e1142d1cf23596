/** A row and its time in microseconds since 1970, as the platform dated it. */
export interface Place {
  readonly id: string;
  readonly createdAtUs: number;
}

/** Everything up to this time is done. */
export interface Cursor {
  /** A row after which the platform lists what is to be read; `null` when none of that age exists. */
  readonly id: string | null;
  readonly createdAtUs: number;
}

/** Where reading goes on after a restart, and what behind it is done already. */
export interface StoredPosition {
  /** Absent before the first read. */
  readonly cursor: Cursor | undefined;
  /** Rows after the cursor that are done. */
  readonly done: readonly string[];
}

interface Entry extends Place {
  /** When the row was first read, in milliseconds of the clock. */
  readonly seenAt: number;
  done: boolean;
  /** Listed so late that nothing older can be written any more. */
  settled: boolean;
}

/** The moment of a read: on the clock in milliseconds, and on the platform's at the earliest, in microseconds. */
export interface ReadMoment {
  readonly now: number;
  readonly platformUs: number;
}

/**
 * The rows between the cursor and the newest one that was read. The cursor moves only past rows that are done, so
 * that a process that ends at any moment loses none.
 */
export interface Position {
  /** Adds a row of a page that was asked for at `moment`; false when it is known, or was passed. */
  add(row: Place, moment: ReadMoment): boolean;
  /** Settles rows up to this time after everything up to it was listed at `moment`, also those that were pruned. */
  settleUpTo(createdAtUs: number, moment: ReadMoment): void;
  /** True for a row that is kept here, done or passed. */
  knows(row: Place): boolean;
  /** True for a row that is kept here. */
  isKept(id: string): boolean;
  markDone(id: string): void;
  /** Sets the first cursor, or another row of the same age when the cursor's own was pruned. */
  moveTo(cursor: Cursor): void;
  /** Keeps the cursor before the rows of this microsecond: one of them was read and left for later. */
  stopAt(createdAtUs: number | undefined): void;
  /** Forgets what was done in an earlier process and is not listed any more: everything after the cursor was read. */
  forgetUnlisted(): void;
  /** Moves the cursor as far as it may go by now. True when it moved. */
  advance(): boolean;
  readonly stored: StoredPosition;
  readonly cursor: Cursor | undefined;
  /** The newest row up to which nothing can come any more; `undefined` when there is none behind the cursor. */
  readonly settledRow: Place | undefined;
  /** True while a row that was read may yet be followed by an older one. */
  readonly isSettling: boolean;
  /** Rows that are kept: not done, or too new to be passed. */
  readonly size: number;
}

/**
 * The platform pages by time alone, and may write a row a moment after a newer one. A row is passed only once it was
 * listed so long after it was written or first read, in milliseconds; what is read twice is told apart by its id.
 */
const SETTLE_MS = 10_000;

export function createPosition({ cursor: start, done }: StoredPosition): Position {
  let cursor = start;
  let stopAtUs = Number.POSITIVE_INFINITY;
  // Sorted by time; rows of one microsecond by id.
  const entries: Entry[] = [];
  const known = new Map<string, Entry>();
  // Done before this process began, and not read again yet.
  const doneBefore = new Set(done);

  const isPassed = ({ createdAtUs }: Place) => cursor !== undefined && createdAtUs <= cursor.createdAtUs;

  function insert(entry: Entry): void {
    let at = entries.length;
    while (at > 0 && isAfter(entries[at - 1] as Entry, entry)) at -= 1;
    entries.splice(at, 0, entry);
    known.set(entry.id, entry);
  }

  return {
    add({ id, createdAtUs }, moment) {
      if (isPassed({ id, createdAtUs })) return false;
      const entry = known.get(id);
      if (entry !== undefined) {
        entry.settled ||= isSettledAt(entry, moment);
        return false;
      }
      const isDone = doneBefore.delete(id);
      const added = { id, createdAtUs, seenAt: moment.now, done: isDone, settled: false };
      insert({ ...added, settled: isSettledAt(added, moment) });
      return !isDone;
    },
    settleUpTo(createdAtUs, moment) {
      for (const entry of entries) {
        if (entry.createdAtUs > createdAtUs) break;
        entry.settled ||= isSettledAt(entry, moment);
      }
    },
    knows: (row) => isPassed(row) || known.has(row.id) || doneBefore.has(row.id),
    isKept: (id) => known.has(id),
    markDone(id) {
      const entry = known.get(id);
      if (entry !== undefined) entry.done = true;
    },
    moveTo(next) {
      cursor = next;
    },
    stopAt(createdAtUs = Number.POSITIVE_INFINITY) {
      stopAtUs = createdAtUs;
    },
    forgetUnlisted: () => doneBefore.clear(),
    advance() {
      const count = countPassable(entries, stopAtUs);
      const last = entries[count - 1];
      if (last === undefined) return false;
      for (const { id } of entries.splice(0, count)) known.delete(id);
      cursor = { id: last.id, createdAtUs: last.createdAtUs };
      return true;
    },
    get stored() {
      const passed = entries.filter((entry) => entry.done).map(({ id }) => id);
      return { cursor, done: [...doneBefore, ...passed] };
    },
    get cursor() {
      return cursor;
    },
    get settledRow() {
      const first = entries.findIndex(({ settled, createdAtUs }) => !settled || createdAtUs >= stopAtUs);
      return entries[(first === -1 ? entries.length : first) - 1];
    },
    get isSettling() {
      return entries.some(({ settled }) => !settled);
    },
    get size() {
      return entries.length;
    },
  };
}

const isSettledAt = ({ createdAtUs, seenAt }: Entry, { now, platformUs }: ReadMoment): boolean =>
  now - seenAt >= SETTLE_MS || platformUs - createdAtUs >= SETTLE_MS * 1000;

const isAfter = (a: Place, b: Place): boolean =>
  a.createdAtUs > b.createdAtUs || (a.createdAtUs === b.createdAtUs && a.id > b.id);

/** How many of the oldest entries the cursor may pass: all done and settled, and no half of a microsecond. */
function countPassable(entries: readonly Entry[], stopAtUs: number): number {
  const first = entries.findIndex(
    ({ done, settled, createdAtUs }) => !done || !settled || createdAtUs >= stopAtUs,
  );
  let count = first === -1 ? entries.length : first;
  const next = entries[count];
  while (count > 0 && next !== undefined && entries[count - 1]?.createdAtUs === next.createdAtUs) count -= 1;
  return count;
}
