import { classifyRead, readJson, responseFacts } from "../transport/request/classify-status";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";

/** Rows about the delegations of a workspace, newest first, unparsed. */
export interface DelegationRows {
  readonly rows: readonly unknown[];
  /** The workspace they are of. */
  readonly sourceId: string;
  /** When the platform answered by its own clock, in milliseconds since 1970; `undefined` where it does not say. */
  readonly platformMs: number | undefined;
}

/** How rows are requested: as a call of the user, or in the background. */
export interface RowsRequest {
  /** Path below the workspace, with the query. */
  readonly path: string;
  readonly options: CallOptions | undefined;
  readonly background: boolean;
}

const WHAT = "the question for delegations";

/** Requests rows. Throws an A2AError, or the signal's reason when it is aborted. */
export function requestRows(
  context: RequestContext,
  { path, options, background }: RowsRequest,
): Promise<DelegationRows> {
  return requestPlatform(context, {
    method: "GET",
    path: (source) => `/workspaces/${source.id}${path}`,
    options,
    background,
    classify: (response, { id }) => classifyRows(response, id),
  });
}

function classifyRows(response: HttpResponse, sourceId: string): Result<DelegationRows> {
  if (!isSuccess(response.status)) return fail(classifyRead(response, WHAT));
  const body = readJson(response, WHAT);
  if (!body.ok) return body;
  const dateMs = Date.parse(response.header("date") ?? "");
  if (Array.isArray(body.value)) {
    return ok({ rows: body.value, sourceId, platformMs: Number.isNaN(dateMs) ? undefined : dateMs });
  }
  const summary = `The platform answered HTTP ${response.status} to ${WHAT}, but not with a list`;
  return fail({ ...responseFacts(response), code: "bad_response", summary });
}
