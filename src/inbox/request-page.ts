import { isA2AError } from "../errors";
import { type LogQuery, readOldestPage } from "./find-start";
import { nextAfter } from "./page-edges";
import { LARGEST_PAGE, PAGE_ROWS, type RowPage, readRows } from "./read-rows";
import type { AfterRow, ReaderState } from "./reader-state";

/**
 * Requests the page after a row, oldest row first: of fewer rows where a whole page is too large for one answer, and
 * of the most the platform allows where all rows of a whole page have one time.
 */
export async function requestPage(state: ReaderState, after: AfterRow, query: LogQuery): Promise<RowPage> {
  for (;;) {
    try {
      const page = await requestRows(state, after, state.limit, query);
      const isStuck = page.full && state.limit === PAGE_ROWS && nextAfter(page) === undefined;
      state.limit = Math.min(PAGE_ROWS, state.limit * 2);
      return isStuck ? await requestRows(state, after, LARGEST_PAGE, query) : page;
    } catch (error) {
      if (!isA2AError(error) || error.code !== "too_large" || state.limit === 1) throw error;
      state.limit = Math.ceil(state.limit / 2);
    }
  }
}

function requestRows(
  { options }: ReaderState,
  after: AfterRow,
  limit: number,
  query: LogQuery,
): Promise<RowPage> {
  const { requests, workspaceId, position } = options;
  return after === null
    ? readOldestPage(query, limit, position.cursor?.createdAtUs ?? 0)
    : readRows(requests, workspaceId, { sinceId: after, limit }, query.limits);
}
