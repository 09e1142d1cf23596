import { randomUUID } from "node:crypto";
import type { Activity } from "../model/activity";
import type { PlatformState } from "../model/state";
import { findWorkspace } from "../store";

/**
 * The activity type of rows that a test inserted with `addDelegationRow`: the list of delegations shows their
 * `response_body` as the row, and no other list shows them.
 */
export const INSERTED_ROW = "inserted";

type NewActivity = Pick<Activity, "workspace_id" | "activity_type"> & Partial<Activity>;

/** Appends a row to the activity of a workspace; undefined for a workspace that does not exist. */
export function appendActivity(state: PlatformState, fields: NewActivity): Activity | undefined {
  const workspace = findWorkspace(state, fields.workspace_id);
  if (workspace === undefined) return undefined;
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
 * Inserts a row with any field as given, ordered by its `created_at`: one that is older than others appears late. Returns
 * its id.
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
  let at = state.activities.length;
  while (at > 0 && (state.activities[at - 1] as Activity).created_at > row.created_at) at -= 1;
  state.activities.splice(at, 0, row);
  return row.id;
}

/** Removes rows of a workspace, as its retention does: those with these ids, or all. */
export function pruneActivity(state: PlatformState, workspaceId: string, ids?: readonly string[]): void {
  const isPruned = ({ id, workspace_id }: Activity) =>
    workspace_id === workspaceId && (ids === undefined || ids.includes(id));
  const kept = state.activities.filter((row) => !isPruned(row));
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
