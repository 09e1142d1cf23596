import type { BackgroundLimits } from "../validation/options";
import { findCursor, type LogQuery } from "./find-start";
import { readPages } from "./read-pages";
import { CursorGoneError } from "./read-rows";
import { cursorRow, prepare, resolveStart } from "./read-start";
import { type AfterRow, createReaderState, type ReaderOptions, type ReaderState } from "./reader-state";

/** Reads the rows after the cursor, in order, page after page. */
export interface Reader {
  /**
   * Reads until a page is not full, or no more messages may be taken. Resolves to the number of new rows. Throws what
   * `readRows` throws; `CursorGoneError` only where rows are pruned faster than they are read.
   */
  read(limits: BackgroundLimits): Promise<number>;
  /** True when the last read ended before the newest row. */
  readonly hasMore: boolean;
}

export function createReader(options: ReaderOptions): Reader {
  const state = createReaderState(options);
  const { requests, workspaceId } = options;
  return {
    get hasMore() {
      return state.isFull;
    },
    async read(limits) {
      const query = { requests, workspaceId, limits };
      if (!state.isReady) await prepare(state, query);
      return readFrom(state, resolveStart(state), query);
    },
  };
}

/**
 * Reads on from the cursor where the row after which to read was pruned, and where the cursor's own was, from another
 * row of its age.
 */
async function readFrom(state: ReaderState, from: AfterRow, query: LogQuery): Promise<number> {
  try {
    return await readPages(state, from, query);
  } catch (error) {
    if (!(error instanceof CursorGoneError)) throw error;
  }
  state.leftAt = undefined;
  state.scannedTo = undefined;
  const start = cursorRow(state);
  if (from !== start) return readFrom(state, start, query);
  const { position, onCursorGone } = state.options;
  onCursorGone();
  position.moveTo(await findCursor(query, position.cursor?.createdAtUs ?? 0));
  return readPages(state, cursorRow(state), query);
}
