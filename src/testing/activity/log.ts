import { randomUUID } from "node:crypto";
import type { Activity } from "../model/activity";
import type { PlatformState } from "../model/state";
import { emitEvent, findWorkspace } from "../store";

/**
 * The activity type of rows that a test inserted with `addDelegationRow`: the list of delegations shows their
 * `response_body` as the row, and no other list shows them.
 */
export const INSERTED_ROW = "inserted";

type NewActivity = Pick<Activity, "workspace_id" | "activity_type"> & Partial<Activity>;

/**
 * Appends a row to the activity of a workspace; undefined for a workspace that does not exist, and while the database
 * is away.
 */
export function appendActivity(state: PlatformState, fields: NewActivity): Activity | undefined {
  const workspace = findWorkspace(state, fields.workspace_id);
  if (workspace === undefined || !state.process.hasDatabase) return undefined;
  const row: Activity = {
    id: randomUUID(),
    source_id: null,
    target_id: null,
    method: null,
    summary: null,
    duration_ms: null,
    status: "ok",
    error_detail: null,
    ...fields,
    workspace_id: workspace.id,
    created_at: nextTimestamp(state),
  };
  state.activities.push(row);
  return row;
}

/**
 * Appends a row, and only then emits `ACTIVITY_LOGGED` with some of its fields. The platform inserts rows of delegations
 * and of notifications without this event.
 */
export function logActivity(state: PlatformState, fields: NewActivity): void {
  const row = appendActivity(state, fields);
  if (row === undefined) return;
  const { activity_type, method, summary, status, source_id, target_id } = row;
  const payload = { activity_type, method, summary, status, source_id, target_id };
  emitEvent(state, row.workspace_id, "ACTIVITY_LOGGED", payload);
}

/**
 * Inserts a row with any fields as given, in the order of its `created_at`, and returns its id. By default it is a
 * message of the human without a body.
 */
export function insertActivity(
  state: PlatformState,
  workspaceId: string,
  fields: Readonly<Record<string, unknown>>,
): string {
  const row = {
    id: randomUUID(),
    activity_type: "a2a_receive",
    source_id: null,
    target_id: workspaceId,
    method: "message/send",
    summary: null,
    duration_ms: null,
    status: "ok",
    error_detail: null,
    created_at: nextTimestamp(state),
    ...fields,
    workspace_id: workspaceId,
  } as Activity;
  const lastBefore = state.activities.findLastIndex(({ created_at }) => created_at <= row.created_at);
  state.activities.splice(lastBefore + 1, 0, row);
  return row.id;
}

/** Removes rows of a workspace, as the platform's retention does: those with the given ids, or all. */
export function pruneActivity(state: PlatformState, workspaceId: string, ids?: readonly string[]): void {
  const kept = state.activities.filter(
    ({ id, workspace_id }) => workspace_id !== workspaceId || (ids !== undefined && !ids.includes(id)),
  );
  state.activities.splice(0, state.activities.length, ...kept);
}

/** The rows of a workspace, newest first. */
export function listActivity(state: PlatformState, workspaceId: string): Activity[] {
  const id = workspaceId.toLowerCase();
  return state.activities.filter((row) => row.workspace_id === id).reverse();
}

const MICROSECONDS = /(\d{6})Z$/;

/** The time with microseconds, one more than the last row's where the clock has not advanced since. */
function nextTimestamp(state: PlatformState): string {
  const now = state.timestamp().replace("Z", "000Z");
  const last = state.activities.at(-1)?.created_at ?? "";
  if (last < now) return now;
  const [, count = "0"] = MICROSECONDS.exec(last) ?? [];
  return last.replace(MICROSECONDS, `${String(Number(count) + 1).padStart(6, "0")}Z`);
}
