import type { Activity } from "../model/activity";
import type { PlatformState } from "../model/state";
import { isUuid } from "../text";
import { INSERTED_ROW, listActivity } from "./log";

type Parameters = Readonly<Record<string, string | undefined>>;
type QueryError = { readonly status: 400 | 410 | 500; readonly error: string };
type Filter = (row: Activity) => boolean;

/** Creates the filter of one query parameter, or the error for an invalid value. */
type CreateFilter = (value: string, state: PlatformState, rows: readonly Activity[]) => Filter | QueryError;

const FILTERS: Readonly<Record<string, CreateFilter>> = {
  type: (value) => (row) => row.activity_type === value,
  source: bySource,
};

const CURSOR_FILTERS: Readonly<Record<string, CreateFilter>> = {
  peer_id: byPeer,
  before_ts: olderThan,
  since_secs: withinSeconds,
  since_id: afterCursor,
};

/**
 * The rows of a workspace that pass the filters of all given parameters: newest first, with `since_id` oldest first.
 */
export function queryActivity(
  state: PlatformState,
  workspaceId: string,
  parameters: Parameters,
): Activity[] | QueryError {
  const { hasActivityCursors } = state.differences;
  const rows = listActivity(state, workspaceId).filter((row) => row.activity_type !== INSERTED_ROW);
  const filters: Filter[] = [];
  for (const [name, create] of Object.entries({ ...FILTERS, ...(hasActivityCursors && CURSOR_FILTERS) })) {
    const value = parameters[name] ?? "";
    const filter = value === "" ? undefined : create(value, state, rows);
    if (typeof filter === "object") return filter;
    if (filter !== undefined) filters.push(filter);
  }
  const found = rows.filter((row) => filters.every((passes) => passes(row)));
  if (hasActivityCursors && parameters.since_id) found.reverse();
  return found.slice(0, parseLimit(parameters.limit ?? ""));
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

function parseLimit(text: string): number {
  const limit = parseInteger(text);
  return limit > 0 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT;
}

function bySource(value: string): Filter | QueryError {
  if (value === "canvas") return ({ source_id }) => source_id === null;
  if (value === "agent") return ({ source_id }) => source_id !== null;
  return { status: 400, error: "source must be 'canvas' or 'agent'" };
}

function byPeer(value: string): Filter | QueryError {
  if (!isUuid(value)) return { status: 400, error: "peer_id must be a UUID" };
  const id = value.toLowerCase();
  return ({ source_id, target_id }) => source_id?.toLowerCase() === id || target_id?.toLowerCase() === id;
}

function olderThan(value: string): Filter | QueryError {
  const time = parseMicroseconds(value);
  if (!Number.isNaN(time)) return (row) => parseMicroseconds(row.created_at) < time;
  return { status: 400, error: "before_ts must be an RFC3339 timestamp (e.g. 2026-05-01T00:00:00Z)" };
}

const MAX_SECONDS = 30 * 24 * 60 * 60;

function withinSeconds(value: string, state: PlatformState): Filter | QueryError {
  const seconds = parseInteger(value);
  if (!(seconds > 0)) return { status: 400, error: "since_secs must be a positive integer" };
  const start = parseMicroseconds(state.timestamp()) - Math.min(seconds, MAX_SECONDS) * 1e6;
  return (row) => parseMicroseconds(row.created_at) >= start;
}

function afterCursor(value: string, _state: PlatformState, rows: readonly Activity[]): Filter | QueryError {
  // The database rejects such an id.
  if (!isUuid(value)) return { status: 500, error: "cursor lookup failed" };
  const cursor = rows.find(({ id }) => id === value.toLowerCase());
  if (cursor !== undefined) return (row) => row.created_at > cursor.created_at;
  const why = "row may have been pruned or belongs to a different workspace";
  return { status: 410, error: `since_id cursor not found (${why}); omit since_id to reset` };
}

function parseInteger(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/** Microseconds since the epoch; NaN for anything but RFC 3339. */
function parseMicroseconds(text: string): number {
  const [, seconds = "", fraction = "", zone = ""] = RFC_3339.exec(text) ?? [];
  return Date.parse(seconds + zone) * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}
