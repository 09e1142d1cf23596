import type { Place, ReadMoment } from "./place";

interface KeptRow extends Place {
  /** When the row was first read, in milliseconds of the clock. */
  readonly seenAt: number;
  done: boolean;
  /** Listed so late that nothing older can be written any more. */
  settled: boolean;
}

/** The rows behind the cursor that were read: not done, or too new to be passed. Sorted by time. */
export interface KeptRows {
  /** Adds a row of a page that was requested at `moment`. */
  add(row: Place, moment: ReadMoment, done: boolean): void;
  has(id: string): boolean;
  markDone(id: string): void;
  /** Settles one row that was listed again at `moment`, if that was late enough. */
  settle(id: string, moment: ReadMoment): void;
  /** Settles rows up to this time after everything up to it was listed at `moment`, if that was late enough. */
  settleUpTo(createdAtUs: number, moment: ReadMoment): void;
  /** Removes the oldest rows that may be passed, all before `stopAtUs`. Returns the newest of them, if there are any. */
  removePassable(stopAtUs: number): Place | undefined;
  /** The newest row before `stopAtUs` up to which all are settled. */
  lastSettled(stopAtUs: number): Place | undefined;
  readonly doneIds: readonly string[];
  readonly isSettling: boolean;
}

/**
 * The platform pages by time alone, and may write a row a moment after a newer one. A row is passed only once it was
 * listed so long after it was written or first read, in milliseconds; what is read twice is told apart by its id.
 */
const SETTLE_MS = 10_000;

export function createKeptRows(): KeptRows {
  /** Rows of one microsecond are sorted by id. */
  const rows: KeptRow[] = [];
  const byId = new Map<string, KeptRow>();
  return {
    add({ id, createdAtUs }, moment, done) {
      const row = { id, createdAtUs, seenAt: moment.now, done, settled: false };
      row.settled = isSettledAt(row, moment);
      insert(rows, row);
      byId.set(id, row);
    },
    has: (id) => byId.has(id),
    markDone(id) {
      const row = byId.get(id);
      if (row !== undefined) row.done = true;
    },
    settle(id, moment) {
      const row = byId.get(id);
      if (row !== undefined) row.settled ||= isSettledAt(row, moment);
    },
    settleUpTo(createdAtUs, moment) {
      for (const row of rows) {
        if (row.createdAtUs > createdAtUs) break;
        row.settled ||= isSettledAt(row, moment);
      }
    },
    removePassable(stopAtUs) {
      const removed = rows.splice(0, countPassable(rows, stopAtUs));
      for (const { id } of removed) byId.delete(id);
      return removed.at(-1);
    },
    lastSettled(stopAtUs) {
      const first = rows.findIndex(({ settled, createdAtUs }) => !settled || createdAtUs >= stopAtUs);
      return rows[(first === -1 ? rows.length : first) - 1];
    },
    get doneIds() {
      return rows.filter(({ done }) => done).map(({ id }) => id);
    },
    get isSettling() {
      return rows.some(({ settled }) => !settled);
    },
  };
}

/** Searches from the end, where nearly all rows belong. */
function insert(rows: KeptRow[], row: KeptRow): void {
  let at = rows.length;
  while (at > 0 && isAfter(rows[at - 1] as KeptRow, row)) at -= 1;
  rows.splice(at, 0, row);
}

const isSettledAt = ({ createdAtUs, seenAt }: KeptRow, { now, platformUs }: ReadMoment): boolean =>
  now - seenAt >= SETTLE_MS || platformUs - createdAtUs >= SETTLE_MS * 1000;

const isAfter = (a: Place, b: Place): boolean =>
  a.createdAtUs > b.createdAtUs || (a.createdAtUs === b.createdAtUs && a.id > b.id);

/** How many of the oldest rows the cursor may pass: all done and settled, and no half of a microsecond. */
function countPassable(rows: readonly KeptRow[], stopAtUs: number): number {
  const first = rows.findIndex(
    ({ done, settled, createdAtUs }) => !done || !settled || createdAtUs >= stopAtUs,
  );
  let count = first === -1 ? rows.length : first;
  const next = rows[count];
  while (count > 0 && next !== undefined && rows[count - 1]?.createdAtUs === next.createdAtUs) count -= 1;
  return count;
}
