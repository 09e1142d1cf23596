import { createKeptRows } from "./kept-rows";
import type { Place, ReadMoment } from "./place";

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

/**
 * The rows between the cursor and the newest one that was read. The cursor moves only past rows that are done, so
 * that a process that ends at any moment loses none.
 */
export interface Position {
  /** Adds a row of a page that was requested at `moment`, or settles one that is kept. Does nothing for a passed one. */
  add(row: Place, moment: ReadMoment): void;
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
  /** Moves the cursor as far as it may go by now. */
  advance(): void;
  readonly stored: StoredPosition;
  readonly cursor: Cursor | undefined;
  /** The newest row up to which nothing can come any more; `undefined` when there is none behind the cursor. */
  readonly settledRow: Place | undefined;
  /** True while a row that was read may yet be followed by an older one. */
  readonly isSettling: boolean;
}

export function createPosition({ cursor: start, done }: StoredPosition): Position {
  let cursor = start;
  let stopAtUs = Number.POSITIVE_INFINITY;
  const kept = createKeptRows();
  /** Done before this process began, and not read again yet. */
  const doneBefore = new Set(done);

  const isPassed = ({ createdAtUs }: Place) => cursor !== undefined && createdAtUs <= cursor.createdAtUs;

  return {
    add(row, moment) {
      if (isPassed(row)) return;
      if (kept.has(row.id)) kept.settle(row.id, moment);
      else kept.add(row, moment, doneBefore.delete(row.id));
    },
    settleUpTo: kept.settleUpTo,
    knows: (row) => isPassed(row) || kept.has(row.id) || doneBefore.has(row.id),
    isKept: kept.has,
    markDone: kept.markDone,
    moveTo(next) {
      cursor = next;
    },
    stopAt(createdAtUs = Number.POSITIVE_INFINITY) {
      stopAtUs = createdAtUs;
    },
    forgetUnlisted: () => doneBefore.clear(),
    advance() {
      const last = kept.removePassable(stopAtUs);
      if (last !== undefined) cursor = { id: last.id, createdAtUs: last.createdAtUs };
    },
    get stored() {
      return { cursor, done: [...doneBefore, ...kept.doneIds] };
    },
    get cursor() {
      return cursor;
    },
    get settledRow() {
      return kept.lastSettled(stopAtUs);
    },
    get isSettling() {
      return kept.isSettling;
    },
  };
}
