import { classifyRead, readJson, responseFacts } from "../transport/request/classify-status";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { type Delegation, parseDelegations } from "./parse-delegations";

/** Lists the delegations of a workspace, newest first. The platform keeps about the last 25. */
export async function listDelegations(context: RequestContext, options?: CallOptions): Promise<Delegation[]> {
  return requestRows(context, options, false, parseDelegations);
}

/** The unparsed rows of the platform's list, requested in the background. */
export async function listRows(context: RequestContext, options: CallOptions): Promise<readonly unknown[]> {
  return requestRows(context, options, true, (rows) => rows);
}

function requestRows<T>(
  context: RequestContext,
  options: CallOptions | undefined,
  background: boolean,
  parse: (rows: readonly unknown[], sourceId: string) => T,
): Promise<T> {
  return requestPlatform(context, {
    method: "GET",
    path: (source) => `/workspaces/${source.id}/delegations`,
    options,
    background,
    classify: (response, source) => {
      const rows = classifyRows(response);
      return rows.ok ? ok(parse(rows.value, source.id)) : rows;
    },
  });
}

const WHAT = "the question for delegations";

/** The rows of an answer, unparsed. */
function classifyRows(response: HttpResponse): Result<unknown[]> {
  if (!isSuccess(response.status)) return fail(classifyRead(response, WHAT));
  const body = readJson(response, WHAT);
  if (!body.ok) return body;
  if (Array.isArray(body.value)) return ok(body.value);
  const summary = `The platform answered HTTP ${response.status} to ${WHAT}, but not with a list`;
  return fail({ ...responseFacts(response), code: "bad_response", summary });
}
