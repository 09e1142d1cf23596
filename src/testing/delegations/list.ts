import { INSERTED_ROW, listActivity } from "../activity/log";
import { isObject, type JsonObject } from "../json";
import type { Activity } from "../model/activity";
import type { PlatformState } from "../model/state";
import { truncate } from "../text";
import { getDelegationId } from "./rows";

const MAX_ROWS = 50;
const PREVIEW_BYTES = 300;
const METHODS = ["delegate", "delegate_result"];

/** The newest 50 rows about the delegations of a workspace, newest first; most delegations have two. */
export function listDelegationRows(state: PlatformState, workspaceId: string): unknown[] {
  return listActivity(state, workspaceId)
    .filter(({ method }) => METHODS.includes(method ?? ""))
    .slice(0, MAX_ROWS)
    .map(toWireRow);
}

function toWireRow(row: Activity): unknown {
  if (row.activity_type === INSERTED_ROW) return row.response_body;
  const delegationId = getDelegationId(row);
  const preview = getPreview(row.response_body);
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
    ...(preview !== "" && { response_preview: truncate(preview, PREVIEW_BYTES) }),
  };
}

/** The text of a result; for any other body its JSON. */
function getPreview(body: unknown): string {
  if (body === undefined || body === null) return "";
  return isObject(body) && typeof body.text === "string" ? body.text : toPostgresJson(body);
}

/** JSON as the database prints it: spaces after colons and commas, keys ordered by length, then by letter. */
function toPostgresJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toPostgresJson).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const fields = sortKeys(value).map((key) => `${JSON.stringify(key)}: ${toPostgresJson(value[key])}`);
  return `{${fields.join(", ")}}`;
}

function sortKeys(value: JsonObject): string[] {
  return Object.keys(value).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}
