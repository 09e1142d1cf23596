import { type Activity, activitiesOf } from "../activity/activity";
import { cut } from "../activity/cut";
import { isObject, type JsonObject } from "../json";
import type { PlatformState } from "../state";
import { delegationIdOf } from "./rows";

const MOST_ROWS = 50;
const LONGEST_PREVIEW = 300;
const METHODS = ["delegate", "delegate_result"];

/** The latest rows about delegations, newest first: of most delegations there are two. */
export function delegationRows(state: PlatformState, workspaceId: string): unknown[] {
  return activitiesOf(state, workspaceId)
    .filter(({ method }) => METHODS.includes(method ?? ""))
    .slice(0, MOST_ROWS)
    .map(viewOf);
}

function viewOf(row: Activity): unknown {
  if (row.activity_type === PLANTED) return row.response_body;
  const delegationId = delegationIdOf(row);
  const preview = resultText(row.response_body);
  return {
    id: row.id,
    type: row.activity_type,
    source_id: row.source_id ?? "",
    target_id: row.target_id ?? "",
    summary: row.summary ?? "",
    status: row.status,
    created_at: row.created_at,
    ...(delegationId !== "" && { delegation_id: delegationId }),
    ...(row.error_detail && { error: row.error_detail }),
    ...(preview !== "" && { response_preview: cut(preview, LONGEST_PREVIEW) }),
  };
}

/** A row that a test made up: shown in this list as it is, and nowhere else. */
export const PLANTED = "planted";

/** The text of a result; of anything else its JSON, as the database prints it. */
function resultText(body: unknown): string {
  if (body === undefined || body === null) return "";
  return isObject(body) && typeof body.text === "string" ? body.text : databaseJson(body);
}

/** Spaces behind colons and commas; of two keys the shorter one first. */
function databaseJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(databaseJson).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const fields = keysOf(value).map((key) => `${JSON.stringify(key)}: ${databaseJson(value[key])}`);
  return `{${fields.join(", ")}}`;
}

function keysOf(value: JsonObject): string[] {
  return Object.keys(value).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}
