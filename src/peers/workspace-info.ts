import { classifyRead, readJsonObject, responseFacts } from "../transport/request/classify-status";
import { parseErrorBody, statusLine } from "../transport/request/error-body";
import { requestPlatform } from "../transport/request/platform-request";
import { removedFailure } from "../transport/request/removed-workspace";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import type { PeersContext, RequestMode } from "./context";
import { type PeerRecord, parsePeerRecord } from "./record";

/** The own workspace as the platform sent it. */
export interface WorkspaceInfo extends PeerRecord {
  /** Tasks at once; the platform queues further messages. */
  max_concurrent_tasks?: number;
  /** Share of failures in the last beat, 0 to 1. */
  last_error_rate?: number;
  /** Seconds since the runtime started, as of the last beat. */
  uptime_seconds?: number;
  /** What runs the agent; `external` for one that the platform does not run. */
  runtime?: string;
}

/** How error messages name the request. */
const SUBJECT = "the question for this workspace";

/** Requests the record of the own workspace. Rejects with `workspace_removed` for a 410 and for that status alike. */
export async function getWorkspaceInfo(
  context: PeersContext,
  options?: CallOptions,
  { background }: Pick<RequestMode, "background"> = {},
): Promise<WorkspaceInfo> {
  return requestPlatform(context, {
    method: "GET",
    path: (source) => `/workspaces/${source.id}`,
    options,
    background,
    classify: (response, source) => classifyInfo(response, source.id),
  });
}

function classifyInfo(response: HttpResponse, id: string): Result<WorkspaceInfo> {
  if (response.status === 410) return fail(removedFailure(response, id, parseErrorBody(response).body));
  if (!isSuccess(response.status)) return fail(classifyRefusal(response, id));
  const body = readJsonObject(response, SUBJECT);
  if (!body.ok) return body;
  if (body.value.status === "removed") return fail(removedFailure(response, id, body.value));
  const record = parsePeerRecord(body.value, id);
  if (record !== null) return ok(record as WorkspaceInfo);
  return fail({
    ...responseFacts(response),
    code: "bad_response",
    summary: `The platform answered ${SUBJECT} with a record that has no valid id`,
  });
}

function classifyRefusal(response: HttpResponse, id: string): Failure {
  // The route is open: a refusal of it does not come from a failed check of the token.
  const general: Failure = { ...classifyRead(response, SUBJECT), ambiguous: false };
  if (response.status !== 404 || general.code === "wrong_tenant") return general;
  return {
    ...general,
    code: "peer_not_found",
    summary: `Workspace ${id} is not known to the platform (${statusLine(response, parseErrorBody(response))})`,
    advice: "Check the workspace id, and register the workspace if it is new.",
  };
}
