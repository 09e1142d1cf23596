import { PAGE_ROWS, type RowPage } from "./read-rows";
import { parsePlace } from "./row";

/** The time up to which a page lists everything: to the microsecond before its last row's where more may follow. */
export function reachOf({ rows, full }: RowPage): number {
  if (!full) return Number.POSITIVE_INFINITY;
  const times = rows.flatMap((row) => parsePlace(row)?.createdAtUs ?? []);
  return (times.at(-1) ?? 0) - 1;
}

/**
 * The row to read on after: the last one of a page that is not full. Rows of one microsecond may go on behind a full
 * page, and the platform would pass over them: there it is the last row of the microsecond before, if the page has one.
 */
export function nextAfter({ rows, full }: RowPage): string | undefined {
  const places = rows.flatMap((row) => parsePlace(row) ?? []);
  const last = places.at(-1);
  if (last === undefined || !full || rows.length !== PAGE_ROWS) return last?.id;
  return places.findLast(({ createdAtUs }) => createdAtUs < last.createdAtUs)?.id;
}
