import { PLANTED } from "../delegations/view";
import type { PlatformState } from "../state";
import { isUuid } from "../uuid";
import { type Activity, activitiesOf } from "./activity";

type Parameters = Readonly<Record<string, string | undefined>>;
type Refusal = { readonly status: 400 | 410 | 500; readonly error: string };
type Filter = (row: Activity) => boolean;

/** A filter by one parameter, or what is wrong with it. Every parameter that is given counts. */
type Rule = (value: string, state: PlatformState, rows: readonly Activity[]) => Filter | Refusal;

const RULES: Readonly<Record<string, Rule>> = {
  type: (value) => (row) => row.activity_type === value,
  source: bySource,
};

/** What the earlier version ignores. */
const LATER_RULES: Readonly<Record<string, Rule>> = {
  peer_id: byPeer,
  before_ts: olderThan,
  since_secs: since,
  since_id: behindCursor,
};

/** The rows a workspace asks for: newest first, but in the order of events behind a cursor. */
export function queryActivities(
  state: PlatformState,
  workspaceId: string,
  parameters: Parameters,
): Activity[] | Refusal {
  const isLater = state.version === "2026-05";
  const rows = activitiesOf(state, workspaceId).filter((row) => row.activity_type !== PLANTED);
  const filters: Filter[] = [];
  for (const [name, rule] of Object.entries(isLater ? { ...RULES, ...LATER_RULES } : RULES)) {
    const value = parameters[name] ?? "";
    const filter = value === "" ? undefined : rule(value, state, rows);
    if (typeof filter === "object") return filter;
    if (filter !== undefined) filters.push(filter);
  }
  const found = rows.filter((row) => filters.every((fits) => fits(row)));
  if (isLater && parameters.since_id) found.reverse();
  return found.slice(0, limitOf(parameters.limit ?? ""));
}

const USUAL_LIMIT = 100;
const HIGHEST_LIMIT = 500;

function limitOf(text: string): number {
  const limit = wholeNumber(text);
  return limit > 0 ? Math.min(limit, HIGHEST_LIMIT) : USUAL_LIMIT;
}

function bySource(value: string): Filter | Refusal {
  if (value === "canvas") return ({ source_id }) => source_id === null;
  if (value === "agent") return ({ source_id }) => source_id !== null;
  return { status: 400, error: "source must be 'canvas' or 'agent'" };
}

function byPeer(value: string): Filter | Refusal {
  if (!isUuid(value)) return { status: 400, error: "peer_id must be a UUID" };
  const id = value.toLowerCase();
  return ({ source_id, target_id }) => source_id?.toLowerCase() === id || target_id?.toLowerCase() === id;
}

function olderThan(value: string): Filter | Refusal {
  const time = microsecondsOf(value);
  if (!Number.isNaN(time)) return (row) => microsecondsOf(row.created_at) < time;
  return { status: 400, error: "before_ts must be an RFC3339 timestamp (e.g. 2026-05-01T00:00:00Z)" };
}

const LONGEST_SPAN = 30 * 24 * 60 * 60;

function since(value: string, state: PlatformState): Filter | Refusal {
  const seconds = wholeNumber(value);
  if (!(seconds > 0)) return { status: 400, error: "since_secs must be a positive integer" };
  const start = microsecondsOf(state.timestamp()) - Math.min(seconds, LONGEST_SPAN) * 1e6;
  return (row) => microsecondsOf(row.created_at) >= start;
}

function behindCursor(value: string, _state: PlatformState, rows: readonly Activity[]): Filter | Refusal {
  // The database would not take such an id.
  if (!isUuid(value)) return { status: 500, error: "cursor lookup failed" };
  const cursor = rows.find(({ id }) => id === value.toLowerCase());
  if (cursor !== undefined) return (row) => row.created_at > cursor.created_at;
  const why = "row may have been pruned or belongs to a different workspace";
  return { status: 410, error: `since_id cursor not found (${why}); omit since_id to reset` };
}

function wholeNumber(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

function microsecondsOf(text: string): number {
  const [, seconds = "", fraction = "", zone = ""] = RFC_3339.exec(text) ?? [];
  return Date.parse(seconds + zone) * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}
