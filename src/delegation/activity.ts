import { isA2AError } from "../errors";
import { isRecord, type JsonRecord } from "../text/json";
import type { RequestContext } from "../transport/request/platform-request";
import type { CallOptions } from "../validation/options";
import type { Delegation } from "./delegation-record";
import { parseDelegations } from "./parse-delegations";
import { requestRows } from "./rows";

/** Rows to request: as many as the platform's list has, and as many as the platform ever sends. */
export const LISTED_ROWS = 50;
export const ALL_ROWS = 500;

/** Rows to request when the results in more of them are too large together. */
const FEW_ROWS = 10;

/**
 * The newest delegations of a workspace as its activity has them: with whole results, and with the knowledge whether
 * there is a result. Throws an A2AError, or the signal's reason when it is aborted.
 */
export async function requestActivity(
  context: RequestContext,
  limit: number,
  options: CallOptions | undefined,
  background: boolean,
): Promise<Delegation[]> {
  const request = (rows: number) =>
    requestRows(context, { path: `/activity?type=delegation&limit=${rows}`, options, background });
  const { rows, sourceId, platformMs } = await request(limit).catch((error: unknown) => {
    if (isA2AError(error) && error.code === "too_large") return request(FEW_ROWS);
    throw error;
  });
  return parseDelegations(toListRows(rows), sourceId, platformMs);
}

/** Rows of the activity in the form of the list. Rows of any other shape are left out. */
function toListRows(rows: readonly unknown[]): JsonRecord[] {
  const records = rows.filter(isRecord);
  const withResult = new Set(records.filter(({ method }) => method === "delegate_result").map(getId));
  return records.map((row) => ({
    ...row,
    delegation_id: getId(row),
    ...toResult(row),
    // The platform stores the result first, so a delegation that is completed without one has lost it.
    lacks_result: row.method === "delegate" && !withResult.has(getId(row)),
  }));
}

function getId({ request_body: request, response_body: response }: JsonRecord): unknown {
  if (isRecord(request) && typeof request.delegation_id === "string") return request.delegation_id;
  return isRecord(response) ? response.delegation_id : undefined;
}

function toResult({ method, response_body: response }: JsonRecord): { result_text?: string } {
  if (method !== "delegate_result") return {};
  if (isRecord(response) && typeof response.text === "string") return { result_text: response.text };
  return { result_text: response === undefined || response === null ? "" : JSON.stringify(response) };
}
