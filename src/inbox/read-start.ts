import { findEnd, findStart, type LogQuery } from "./find-start";
import { requireCursors } from "./read-rows";
import type { AfterRow, ReaderState } from "./reader-state";

/** How often what may be followed by a row that is written late is read again, in milliseconds. */
const OVERLAP_EVERY_MS = 5000;

/**
 * Checks that the platform has cursors and sets the first one of a new inbox. Throws `configuration` for a platform
 * without cursors, or what `readRows` throws.
 */
export async function prepare(state: ReaderState, query: LogQuery): Promise<void> {
  const { requests, workspaceId, position, lookBackMs } = state.options;
  await requireCursors(requests, workspaceId, query.limits);
  // Requested first: what is written meanwhile is newer than this row, so it cannot be passed over.
  const end = await findEnd(query);
  state.platformUs = end.platformUs;
  if (position.cursor === undefined) position.moveTo(await findStart(query, lookBackMs, end));
  state.isReady = true;
}

/** The row of the cursor, after which everything that is not done is listed. */
export const cursorRow = ({ options }: ReaderState): AfterRow => options.position.cursor?.id ?? null;

/** Where a read begins: at what was left, else at what a late row may yet follow, else at what is new. */
export function resolveStart(state: ReaderState): AfterRow {
  const { position, now } = state.options;
  if (state.leftAt !== undefined) return state.leftAt;
  if (state.tail !== undefined && !isOverlapDue(state)) return state.tail;
  state.overlapAt = now();
  return position.settledRow?.id ?? cursorRow(state);
}

const isOverlapDue = ({ options, overlapAt }: ReaderState): boolean =>
  options.position.isSettling && options.now() - overlapAt >= OVERLAP_EVERY_MS;
