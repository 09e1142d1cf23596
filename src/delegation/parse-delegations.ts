import { utf8Length } from "../text/byte-length";
import { isRecord, type JsonRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import { type Delegation, isFinal } from "./delegation-record";
import { isOverdue, lostResult, lostRun } from "./lost";
import { readResult } from "./read-result";
import { parseRpcError } from "./rpc-error";
import { timestampMs } from "./timestamp";

/** The platform cuts previews at this many bytes and appends three dots. */
const PREVIEW_BYTES = 300;

/**
 * Merges the rows of the platform into one delegation for each id, in the order of the rows. The platform keeps two
 * rows of a delegation, and either may be up to date: a final row decides, else the newest. Ignores rows of other
 * workspaces and rows of the wrong shape. `platformMs` is the platform's time, in milliseconds since 1970, by default
 * that of the newest row.
 */
export function parseDelegations(
  rows: readonly unknown[],
  sourceId: string,
  platformMs?: number,
): Delegation[] {
  const groups = new Map<string, JsonRecord[]>();
  for (const row of rows) {
    if (!isRecord(row) || parsePeerId(row.source_id) !== sourceId) continue;
    const id = toText(row.delegation_id);
    if (id === "") continue;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  const nowMs = platformMs ?? Math.max(0, ...[...groups.values()].flat().map(createdAtMs));
  return [...groups].map(([id, group]) => {
    const delegation = mergeRows(id, sourceId, group);
    return isOverdue(delegation, nowMs) ? { ...delegation, ...lostRun(delegation) } : delegation;
  });
}

function mergeRows(delegationId: string, sourceId: string, rows: readonly JsonRecord[]): Delegation {
  const newestFirst = [...rows].sort((a, b) => createdAtMs(b) - createdAtMs(a));
  const decisive = newestFirst.find((row) => isFinal({ status: toText(row.status) })) ?? newestFirst[0] ?? {};
  const delegation: Delegation = {
    delegationId,
    sourceId,
    targetId: firstText(newestFirst, "target_id"),
    status: toText(decisive.status),
    summary: toText(decisive.summary),
    responsePreview: "",
    previewTruncated: false,
    error: toText(decisive.error) || toText(decisive.error_detail),
  };
  // In other rows the preview may be the platform's own note that it has queued the task.
  const completed = newestFirst.filter((row) => row.status === "completed");
  Object.assign(delegation, readRows(delegation, completed));
  const createdAt = toText(newestFirst.at(-1)?.created_at);
  if (createdAt !== "") delegation.createdAt = createdAt;
  return delegation;
}

/** What completed rows say of the result. Rows of the activity have it whole, those of the list a beginning of it. */
function readRows(delegation: Delegation, completed: readonly JsonRecord[]): Partial<Delegation> {
  const whole = completed.find((row) => typeof row.result_text === "string");
  const isCompleted = delegation.status === "completed";
  if (whole !== undefined) return isCompleted ? readResult(toText(whole.result_text)) : {};
  if (isCompleted && completed.some((row) => row.lacks_result === true)) return lostResult(delegation);
  const preview = firstText(completed, "response_preview");
  const isCut = preview.endsWith("...") && utf8Length(preview) >= PREVIEW_BYTES;
  if (preview !== "" && !isCut && isCompleted) return readResult(preview);
  const refusal = isCompleted ? parseRpcError(preview) : undefined;
  if (refusal !== undefined) return { status: "failed", error: refusal, previewTruncated: true };
  return { responsePreview: preview, previewTruncated: isCut };
}

function firstText(rows: readonly JsonRecord[], field: string): string {
  for (const row of rows) {
    const text = toText(row[field]);
    if (text !== "") return text;
  }
  return "";
}

const toText = (value: unknown): string => (typeof value === "string" ? value : "");

function createdAtMs(row: JsonRecord): number {
  const time = timestampMs(toText(row.created_at));
  return Number.isNaN(time) ? 0 : time;
}
