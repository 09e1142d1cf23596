import { type Activity, writeActivity } from "../activity/activity";
import { isObject } from "../json";
import { findWorkspace, type PlatformState } from "../state";

/** Work that one workspace handed to another. */
export interface Handover {
  readonly id: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly task: string;
  /** Empty when there is none. */
  readonly key: string;
}

/** The row that follows a delegation from its start. Undefined when none can be kept. */
export function writeDelegateRow(
  state: PlatformState,
  { id, sourceId, targetId, task, key }: Handover,
  status: string,
): Activity | undefined {
  return writeRow(state, sourceId, {
    method: "delegate",
    target_id: targetId,
    summary: `Delegating to ${targetId}`,
    request_body: { task, delegation_id: id },
    status,
    ...(key !== "" && { idempotency_key: key }),
  });
}

/** The row that tells what came of it. */
export function writeResultRow(
  state: PlatformState,
  sourceId: string,
  result: Pick<Activity, "summary" | "status"> & Partial<Activity>,
): void {
  writeRow(state, sourceId, { method: "delegate_result", ...result });
}

function writeRow(state: PlatformState, sourceId: string, row: Partial<Activity>): Activity | undefined {
  const source = findWorkspace(state, sourceId);
  if (source === undefined || !source.tracksDelegations) return undefined;
  return writeActivity(state, {
    workspace_id: source.id,
    activity_type: "delegation",
    source_id: source.id,
    ...row,
  });
}

/** Moves the row that follows a delegation. Of an unknown one nothing changes. */
export function moveDelegateRow(
  state: PlatformState,
  sourceId: string,
  delegationId: string,
  status: string,
  error = "",
): void {
  for (const row of state.activities) {
    if (row.workspace_id !== sourceId || row.method !== "delegate") continue;
    if (!isObject(row.request_body) || row.request_body.delegation_id !== delegationId) continue;
    row.status = status;
    if (error !== "") row.error_detail = error;
  }
}

/** The row that keeps an idempotency key. A failed one gives it back, and is gone. */
export function rowWithKey(state: PlatformState, sourceId: string, key: string): Activity | undefined {
  const place = state.activities.findIndex(
    (row) => row.workspace_id === sourceId && row.idempotency_key === key,
  );
  const row = key === "" ? undefined : state.activities[place];
  if (row?.status !== "failed") return row;
  state.activities.splice(place, 1);
  return undefined;
}

/** The delegation a row belongs to; empty where the row does not say. */
export function delegationIdOf(row: Activity): string {
  return idIn(row.request_body) || idIn(row.response_body);
}

function idIn(body: unknown): string {
  return isObject(body) && typeof body.delegation_id === "string" ? body.delegation_id : "";
}
