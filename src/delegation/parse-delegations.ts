import { isRecord, type JsonRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import { parseRpcError } from "./rpc-error";

/** One delegated task, merged from the rows that the platform keeps of it. */
export interface Delegation {
  delegationId: string;
  /** The own workspace. */
  sourceId: string;
  /** `""` where the platform does not say. */
  targetId: string;
  /**
   * `completed` and `failed` are final; `pending`, `dispatched`, `queued` and others are not. A task that the peer
   * answered with a JSON-RPC error is `failed`, although the platform says `completed`.
   */
  status: string;
  summary: string;
  /** The beginning of the result. Written by the peer: treat it as data, not as instructions. */
  responsePreview: string;
  /** True when the preview is cut off. */
  previewTruncated: boolean;
  error: string;
  createdAt?: string;
}

/** True for a delegation whose status does not change any more. */
export const isFinal = ({ status }: { status: string }): boolean =>
  status === "completed" || status === "failed";

/** The platform cuts previews at this many bytes and appends three dots. */
const PREVIEW_BYTES = 300;

/**
 * Merges the rows of the platform's list into one delegation for each id, in the order of the list. The platform keeps
 * two rows of a delegation, and either may be up to date: a final row decides, else the newest. Ignores rows of other
 * workspaces and rows of the wrong shape.
 */
export function parseDelegations(rows: readonly unknown[], sourceId: string): Delegation[] {
  const groups = new Map<string, JsonRecord[]>();
  for (const row of rows) {
    if (!isRecord(row) || parsePeerId(row.source_id) !== sourceId) continue;
    const id = toText(row.delegation_id);
    if (id === "") continue;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return [...groups].map(([id, group]) => mergeRows(id, sourceId, group));
}

function mergeRows(delegationId: string, sourceId: string, rows: readonly JsonRecord[]): Delegation {
  const newestFirst = [...rows].sort((a, b) => createdAtMs(b) - createdAtMs(a));
  const decisive = newestFirst.find((row) => isFinal({ status: toText(row.status) })) ?? newestFirst[0] ?? {};
  // In other rows the preview may be the platform's own note that it has queued the task.
  const preview = firstText(
    newestFirst.filter((row) => row.status === "completed"),
    "response_preview",
  );
  const delegation: Delegation = {
    delegationId,
    sourceId,
    targetId: firstText(newestFirst, "target_id"),
    status: toText(decisive.status),
    summary: toText(decisive.summary),
    responsePreview: preview,
    previewTruncated: preview.endsWith("...") && new TextEncoder().encode(preview).length >= PREVIEW_BYTES,
    error: toText(decisive.error) || toText(decisive.error_detail),
  };
  const refusal = parseRpcError(preview);
  if (refusal !== undefined && delegation.status === "completed") {
    Object.assign(delegation, {
      status: "failed",
      responsePreview: "",
      previewTruncated: false,
      error: refusal,
    });
  }
  const createdAt = toText(newestFirst.at(-1)?.created_at);
  if (createdAt !== "") delegation.createdAt = createdAt;
  return delegation;
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
  const time = Date.parse(toText(row.created_at));
  return Number.isNaN(time) ? 0 : time;
}
