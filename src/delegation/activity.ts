import { isA2AError } from "../errors";
import { isRecord, type JsonRecord } from "../text/json";
import type { RequestContext } from "../transport/request/platform-request";
import type { CallOptions } from "../validation/options";
import type { Delegation } from "./delegation-record";
import { parseDelegations } from "./parse-delegations";
import { requestRows } from "./rows";

/** Rows to request for what the platform has just listed: its 50 rows, and what may have come since. */
export const LISTED_ROWS = 75;
/** Rows to request for all that the platform keeps: as many as it ever sends. */
export const ALL_ROWS = 500;

/** Rows to request when the results in more of them are too large together. */
const FEW_ROWS = 10;

/** Delegations of a workspace, newest first. */
export interface Activity {
  readonly delegations: Delegation[];
  /** The platform was asked for as much as it ever sends: what is not there, it does not have any more. */
  readonly isAll: boolean;
  /** When the platform answered by its own clock, in milliseconds since 1970; `undefined` where it does not say. */
  readonly platformMs: number | undefined;
}

/**
 * The newest delegations of a workspace as its activity has them: with whole results, and with the knowledge whether
 * there is a result. Throws an A2AError, or the signal's reason when it is aborted.
 */
export async function requestActivity(
  context: RequestContext,
  limit: number,
  options: CallOptions | undefined,
  background: boolean,
): Promise<Activity> {
  let asked = limit;
  const request = (rows: number) =>
    requestRows(context, { path: `/activity?type=delegation&limit=${rows}`, options, background });
  const { rows, sourceId, platformMs } = await request(limit).catch((error: unknown) => {
    if (!isA2AError(error) || error.code !== "too_large") throw error;
    asked = FEW_ROWS;
    return request(FEW_ROWS);
  });
  const delegations = parseDelegations(toListRows(rows), sourceId, platformMs);
  return { delegations, isAll: asked === ALL_ROWS, platformMs };
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
