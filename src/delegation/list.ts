import { classifyStatus, readJson, withoutTask } from "../transport/request/classify-status";
import { type RequestContext, requestPlatform } from "../transport/request/platform-request";
import { fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { type Delegation, parseDelegations } from "./parse-delegations";

/** The delegations of the own workspace, newest first. The platform keeps about the last 25. */
export async function listDelegations(context: RequestContext, options?: CallOptions): Promise<Delegation[]> {
  return ask(context, options, false, parseDelegations);
}

/** The rows of the platform's list as it sent them, asked for in the background. */
export async function listRows(context: RequestContext, options: CallOptions): Promise<readonly unknown[]> {
  return ask(context, options, true, (rows) => rows);
}

function ask<T>(
  context: RequestContext,
  options: CallOptions | undefined,
  background: boolean,
  read: (rows: readonly unknown[], sourceId: string) => T,
): Promise<T> {
  return requestPlatform(context, {
    method: "GET",
    path: (source) => `/workspaces/${source.id}/delegations`,
    options,
    background,
    classify: (answer, source) => {
      const rows = judgeRows(answer);
      return rows.ok ? ok(read(rows.value, source.id)) : rows;
    },
  });
}

const WHAT = "the question for delegations";

/** The rows of an answer, unread. */
function judgeRows(answer: HttpResponse): Result<unknown[]> {
  if (!isSuccess(answer.status)) return fail(classifyStatus(answer, WHAT));
  const read = readJson(answer, WHAT);
  if (!read.ok) return read;
  if (Array.isArray(read.value)) return ok(read.value);
  const summary = `The platform answered HTTP ${answer.status} to ${WHAT}, but not with a list`;
  return fail({ ...withoutTask(answer), code: "bad_response", summary });
}
