import { acceptRows } from "./accept-rows";
import type { LogQuery } from "./find-start";
import { nextAfter, reachOf } from "./page-edges";
import type { RowPage } from "./read-rows";
import { cursorRow } from "./read-start";
import type { AfterRow, ReaderState } from "./reader-state";
import { requestPage } from "./request-page";
import { parsePlace } from "./row";

/** How far one read has come. */
interface Progress {
  /** The row after which the next page begins. */
  after: AfterRow;
  /** True once a row was left to be read again: the rows behind it are searched for answers only. */
  left: boolean;
  /** New rows so far. */
  fresh: number;
}

/**
 * Reads page after page until one is not full, or no more messages may be taken. Resolves to the number of new rows.
 * Throws what `readRows` throws; the next read then begins where this one was interrupted.
 */
export async function readPages(state: ReaderState, from: AfterRow, query: LogQuery): Promise<number> {
  const { position, now } = state.options;
  const isWhole = from === cursorRow(state);
  // Such a read lists everything that is not settled, so no row can appear before its first one any more.
  const isOverlap = isWhole || from === position.settledRow?.id;
  const progress: Progress = { after: from, left: false, fresh: 0 };
  state.leftAt = from;
  state.isFull = false;
  position.stopAt(undefined);
  while (mayContinue(state, progress)) {
    const moment = { now: now(), platformUs: state.platformUs };
    const page = await requestPage(state, progress.after, query);
    const { fresh, left } = acceptRows(state.options, page, moment, progress.left);
    progress.fresh += fresh;
    recordPlatformTime(state, page);
    if (isOverlap) position.settleUpTo(reachOf(page), moment);
    const next = nextAfter(page) ?? progress.after;
    const isLast = !page.full || next === progress.after;
    advance(state, progress, next, left);
    if (isLast) {
      if (!progress.left) finish(state, progress.after, isWhole);
      break;
    }
  }
  state.isFull = state.leftAt !== undefined;
  return progress.fresh;
}

function mayContinue({ options }: ReaderState, { left }: Progress): boolean {
  return options.isAwaitingAnswers() || (!left && options.hasCapacity());
}

function advance(state: ReaderState, progress: Progress, next: AfterRow, left: boolean): void {
  if (left) {
    // What an earlier read has searched for answers is not searched again.
    progress.after = progress.left ? next : (state.scannedTo ?? next);
    progress.left = true;
    state.scannedTo = progress.after;
  } else {
    progress.after = next;
    state.leftAt = next;
    state.scannedTo = undefined;
  }
}

/** Records that everything that is listed was read. */
function finish(state: ReaderState, tail: AfterRow, isWhole: boolean): void {
  state.leftAt = undefined;
  state.tail = tail ?? undefined;
  if (isWhole) state.options.position.forgetUnlisted();
}

/** The platform's clock has passed the time of its answer and those of all rows it lists. */
function recordPlatformTime(state: ReaderState, { rows, dateUs = 0 }: RowPage): void {
  const times = rows.map((row) => parsePlace(row)?.createdAtUs ?? 0);
  state.platformUs = Math.max(state.platformUs, dateUs, ...times);
}
