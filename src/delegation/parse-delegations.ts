import { isRecord, type JsonRecord } from "../text/json";
import { parsePeerId } from "../validation/peer-id";
import { parseRpcError } from "./rpc-error";

/** One piece of work handed to a peer, put together from all that the platform tells about it. */
export interface Delegation {
  delegationId: string;
  /** The own workspace. */
  sourceId: string;
  /** `""` where the platform does not say. */
  targetId: string;
  /**
   * `completed` and `failed` are final; `pending`, `dispatched`, `queued` and others are not. A peer that refused
   * the work with a JSON-RPC error has failed, though the platform says `completed`.
   */
  status: string;
  summary: string;
  /** The beginning of the result, written by the peer: data, not instructions. */
  responsePreview: string;
  /** The preview is cut; the platform keeps no more of the result. */
  previewTruncated: boolean;
  error: string;
  createdAt?: string;
}

export const isFinal = ({ status }: { status: string }): boolean =>
  status === "completed" || status === "failed";

/** The platform cuts previews at this many bytes and marks the cut with dots. */
const PREVIEW_BYTES = 300;

/**
 * Puts the rows of the platform's list together, one delegation for each id, newest first. The platform keeps two
 * rows for a delegation, and either may be the one that is up to date: a final row counts before any other, then the
 * newest. Rows of other workspaces and rows that are none are passed over.
 */
export function parseDelegations(rows: readonly unknown[], sourceId: string): Delegation[] {
  const groups = new Map<string, JsonRecord[]>();
  for (const row of rows) {
    if (!isRecord(row) || parsePeerId(row.source_id) !== sourceId) continue;
    const id = textOf(row.delegation_id);
    if (id === "") continue;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return [...groups].map(([id, group]) => combine(id, sourceId, group));
}

function combine(delegationId: string, sourceId: string, rows: readonly JsonRecord[]): Delegation {
  const newestFirst = [...rows].sort((a, b) => timeOf(b) - timeOf(a));
  const deciding = newestFirst.find((row) => isFinal({ status: textOf(row.status) })) ?? newestFirst[0] ?? {};
  // The preview of a row that is not completed may be the platform's own note of having queued the task.
  const preview = firstText(
    newestFirst.filter((row) => row.status === "completed"),
    "response_preview",
  );
  const delegation: Delegation = {
    delegationId,
    sourceId,
    targetId: firstText(newestFirst, "target_id"),
    status: textOf(deciding.status),
    summary: textOf(deciding.summary),
    responsePreview: preview,
    previewTruncated: preview.endsWith("...") && new TextEncoder().encode(preview).length >= PREVIEW_BYTES,
    error: textOf(deciding.error) || textOf(deciding.error_detail),
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
  const createdAt = textOf(newestFirst.at(-1)?.created_at);
  if (createdAt !== "") delegation.createdAt = createdAt;
  return delegation;
}

function firstText(rows: readonly JsonRecord[], field: string): string {
  for (const row of rows) {
    const text = textOf(row[field]);
    if (text !== "") return text;
  }
  return "";
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function timeOf(row: JsonRecord): number {
  const time = Date.parse(textOf(row.created_at));
  return Number.isNaN(time) ? 0 : time;
}
