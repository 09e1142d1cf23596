import { randomUUID } from "node:crypto";
import { findWorkspace, type PlatformState } from "../state";

/** One row of what a workspace did and what was done to it. */
export interface Activity {
  readonly id: string;
  readonly workspace_id: string;
  readonly activity_type: string;
  readonly source_id: string | null;
  readonly target_id: string | null;
  readonly method: string | null;
  summary: string | null;
  readonly duration_ms: number | null;
  status: string;
  error_detail: string | null;
  readonly created_at: string;
  readonly request_body?: unknown;
  response_body?: unknown;
  /** The tools that the agent says it used. */
  readonly tool_trace?: unknown;
  /** The platform's own: no reader sees it. */
  readonly idempotency_key?: string;
}

type NewActivity = Pick<Activity, "workspace_id" | "activity_type"> & Partial<Activity>;

/** Writes a row, unless it is about a workspace that does not exist. */
export function writeActivity(state: PlatformState, given: NewActivity): Activity | undefined {
  const workspace = findWorkspace(state, given.workspace_id);
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
    ...given,
    workspace_id: workspace.id,
    created_at: nextTimestamp(state),
  };
  state.activities.push(row);
  return row;
}

/** The rows of a workspace, newest first. */
export function activitiesOf(state: PlatformState, workspaceId: string): Activity[] {
  const id = workspaceId.toLowerCase();
  return state.activities.filter((row) => row.workspace_id === id).reverse();
}

const MICROSECONDS = /(\d{6})Z$/;

/** With microseconds, as the platform writes them. No two rows share one, even while the clock stands still. */
function nextTimestamp(state: PlatformState): string {
  const now = state.timestamp().replace("Z", "000Z");
  const last = state.activities.at(-1)?.created_at ?? "";
  if (last < now) return now;
  const [, count = "0"] = MICROSECONDS.exec(last) ?? [];
  return last.replace(MICROSECONDS, `${String(Number(count) + 1).padStart(6, "0")}Z`);
}
