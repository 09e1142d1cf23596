import type { RequestContext } from "../transport/request/platform-request";
import type { BackgroundLimits } from "../validation/options";
import type { Place } from "./place";
import type { Cursor } from "./position";
import { MAX_LOOK_BACK_SECS, type RowPage, type RowQuery, readRows } from "./read-rows";
import { parsePlace } from "./row";

/** What the questions about the log's edges are asked with. */
export interface LogQuery {
  requests: RequestContext;
  workspaceId: string;
  limits: BackgroundLimits;
}

/** The newest row and what the platform's clock shows at least, in microseconds; no row while the log is empty. */
export interface LogEnd {
  readonly row: Place | undefined;
  readonly platformUs: number;
}

/** How many rows are looked at for one that can be told apart, where the first cannot. */
const FEW_ROWS = 10;

const read = ({ requests, workspaceId, limits }: LogQuery, query: RowQuery): Promise<RowPage> =>
  readRows(requests, workspaceId, query, limits);

/** Asks for the newest row. */
export async function findEnd(query: LogQuery): Promise<LogEnd> {
  const { row, dateUs = 0 } = await readNewest(query);
  return { row, platformUs: Math.max(dateUs, row?.createdAtUs ?? 0) };
}

/**
 * Where a first start begins: before everything of the last `lookBackMs` milliseconds, or behind the newest row for 0.
 * What comes into an empty log is new in any case.
 */
export async function findStart(
  query: LogQuery,
  lookBackMs: number,
  { row, platformUs }: LogEnd,
): Promise<Cursor> {
  if (row === undefined) return { id: null, createdAtUs: 0 };
  if (lookBackMs === 0) return row;
  const fromUs = Math.floor(platformUs - lookBackMs * 1000);
  return findCursor(query, fromUs - 1);
}

/** A cursor at this time: on the newest row that is not newer. Rows after it are newer than `createdAtUs`. */
export async function findCursor(query: LogQuery, createdAtUs: number): Promise<Cursor> {
  const { row } = await readNewest(query, formatMicroseconds(createdAtUs + 1));
  return { id: row?.id ?? null, createdAtUs };
}

/** The newest row, or the newest before a time. */
async function readNewest(query: LogQuery, beforeTs?: string): Promise<{ row?: Place; dateUs?: number }> {
  for (const limit of [1, FEW_ROWS]) {
    const { rows, full, dateUs } = await read(query, { sinceSecs: MAX_LOOK_BACK_SECS, beforeTs, limit });
    const row = firstPlace(rows);
    if (row === undefined && full) continue;
    return { ...(row && { row }), ...(dateUs !== undefined && { dateUs }) };
  }
  return {};
}

/**
 * The oldest page of the whole log, oldest row first, for when there is no row to go on from. The platform lists newest
 * first, so the time before which less than a page is listed is searched for by halves.
 */
export async function readOldestPage(query: LogQuery, limit: number, fromUs: number): Promise<RowPage> {
  const sinceSecs = MAX_LOOK_BACK_SECS;
  const last = await read(query, { sinceSecs, limit });
  let page = last;
  const newest = firstPlace(page.rows);
  // Nothing is older than this time.
  let emptyUs = Math.max(fromUs, (newest?.createdAtUs ?? 0) - MAX_LOOK_BACK_SECS * 1e6);
  while (page.full) {
    const oldest = firstPlace([...page.rows].reverse());
    if (oldest === undefined || oldest.createdAtUs - emptyUs <= 1) break;
    const middleUs = Math.floor((emptyUs + oldest.createdAtUs) / 2) + 1;
    const older = await read(query, { sinceSecs, beforeTs: formatMicroseconds(middleUs), limit });
    if (older.rows.length === 0 || isPassed(older, fromUs)) emptyUs = middleUs - 1;
    else page = older;
  }
  return { ...page, rows: [...page.rows].reverse(), full: last.full };
}

/** True when all rows of a page are as old as what was passed before. */
const isPassed = ({ rows }: RowPage, fromUs: number): boolean =>
  (firstPlace(rows)?.createdAtUs ?? Number.POSITIVE_INFINITY) <= fromUs;

function firstPlace(rows: readonly unknown[]): Place | undefined {
  for (const row of rows) {
    const place = parsePlace(row);
    if (place !== undefined) return place;
  }
  return undefined;
}

function formatMicroseconds(us: number): string {
  const ms = Math.max(0, Math.floor(us / 1000));
  const rest = String(Math.max(0, us) % 1000).padStart(3, "0");
  return new Date(ms).toISOString().replace("Z", `${rest}Z`);
}
