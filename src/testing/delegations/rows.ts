import { appendActivity } from "../activity/log";
import { isObject } from "../json";
import type { Activity } from "../model/activity";
import type { PlatformState } from "../model/state";
import { findWorkspace } from "../store";

/** A task that one workspace delegates to another. */
export interface Delegation {
  readonly id: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly task: string;
  /** Empty when there is none. */
  readonly idempotencyKey: string;
}

/** Appends the row that states the status of a delegation. Undefined when the workspace's tracking is off. */
export function appendDelegateRow(
  state: PlatformState,
  { id, sourceId, targetId, task, idempotencyKey }: Delegation,
  status: string,
): Activity | undefined {
  return appendRow(state, sourceId, {
    method: "delegate",
    target_id: targetId,
    summary: `Delegating to ${targetId}`,
    request_body: { task, delegation_id: id },
    status,
    ...(idempotencyKey !== "" && { idempotency_key: idempotencyKey }),
  });
}

/** Appends the row with the result of a delegation. */
export function appendResultRow(
  state: PlatformState,
  sourceId: string,
  result: Pick<Activity, "summary" | "status"> & Partial<Activity>,
): void {
  appendRow(state, sourceId, { method: "delegate_result", ...result });
}

function appendRow(state: PlatformState, sourceId: string, row: Partial<Activity>): Activity | undefined {
  const source = findWorkspace(state, sourceId);
  if (source === undefined || !source.tracksDelegations) return undefined;
  return appendActivity(state, {
    workspace_id: source.id,
    activity_type: "delegation",
    source_id: source.id,
    ...row,
  });
}

/** Changes the status of a delegation's row. Does nothing for an unknown delegation, and without the database. */
export function updateDelegateRow(
  state: PlatformState,
  sourceId: string,
  delegationId: string,
  status: string,
  error = "",
): void {
  if (!state.process.hasDatabase) return;
  for (const row of state.activities) {
    if (row.workspace_id !== sourceId || row.method !== "delegate") continue;
    if (!isObject(row.request_body) || row.request_body.delegation_id !== delegationId) continue;
    row.status = status;
    if (error !== "") row.error_detail = error;
  }
}

/** The row with an idempotency key. That of a failed delegation is deleted, so that the key can be used again. */
export function findByIdempotencyKey(
  state: PlatformState,
  sourceId: string,
  key: string,
): Activity | undefined {
  const index = state.activities.findIndex(
    (row) => row.workspace_id === sourceId && row.idempotency_key === key,
  );
  const row = key === "" ? undefined : state.activities[index];
  if (row?.status !== "failed") return row;
  state.activities.splice(index, 1);
  return undefined;
}

/** The delegation of a row; empty where the row does not state it. */
export function getDelegationId(row: Activity): string {
  return idIn(row.request_body) || idIn(row.response_body);
}

function idIn(body: unknown): string {
  return isObject(body) && typeof body.delegation_id === "string" ? body.delegation_id : "";
}
