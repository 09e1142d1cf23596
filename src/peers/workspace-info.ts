import type { JsonRecord } from "../text/json";
import { classifyStatus, readJsonObject, withoutTask } from "../transport/request/classify-status";
import { parseErrorBody, statusLine } from "../transport/request/error-body";
import { requestPlatform } from "../transport/request/platform-request";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import type { PeersContext } from "./context";
import { type PeerRecord, readPeerRecord } from "./record";

/** The own workspace as the platform sent it. */
export interface WorkspaceInfo extends PeerRecord {
  max_concurrent_tasks?: number;
  last_error_rate?: number;
  uptime_seconds?: number;
  runtime?: string;
}

const REMOVED_HINT =
  "Workspace was deleted on the platform. Regenerate workspace + token from the canvas → Tokens tab.";

/** Asks the platform about the own workspace. A removed one is a `workspace_removed` error, however it is told. */
export async function getWorkspaceInfo(
  context: PeersContext,
  options?: CallOptions,
  background = false,
): Promise<WorkspaceInfo> {
  return requestPlatform(context, {
    method: "GET",
    path: (source) => `/workspaces/${source.id}`,
    options,
    background,
    classify: (answer, source) => judgeInfo(answer, source.id),
  });
}

function judgeInfo(answer: HttpResponse, id: string): Result<WorkspaceInfo> {
  if (answer.status === 410) return fail(removed(answer, id, parseErrorBody(answer).body));
  if (!isSuccess(answer.status)) return fail(judgeRefusal(answer, id));
  const read = readJsonObject(answer, "the question for this workspace");
  if (!read.ok) return read;
  if (read.value.status === "removed") return fail(removed(answer, id, read.value));
  const record = readPeerRecord(read.value, id);
  if (record !== null) return ok(record as WorkspaceInfo);
  return fail({
    ...withoutTask(answer),
    code: "bad_response",
    summary: "The platform answered the question for this workspace with a record that has no valid id",
  });
}

function judgeRefusal(answer: HttpResponse, id: string): Failure {
  const general = classifyStatus(answer, "the question for this workspace");
  if (answer.status !== 404 || general.code === "wrong_tenant") return general;
  return {
    ...general,
    code: "peer_not_found",
    summary: `Workspace ${id} is not known to the platform (${statusLine(answer, parseErrorBody(answer))})`,
    advice: "Check the workspace id, and register the workspace if it is new.",
  };
}

function removed(answer: HttpResponse, id: string, body: JsonRecord): Failure {
  const removedId = typeof body.id === "string" ? body.id : id;
  const at = typeof body.removed_at === "string" ? ` at ${body.removed_at}` : "";
  const hint = typeof body.hint === "string" && body.hint !== "" ? body.hint : REMOVED_HINT;
  return {
    ...withoutTask(answer),
    code: "workspace_removed",
    summary: `Workspace ${removedId} was removed from the platform${at}`,
    advice: hint.endsWith(".") ? hint : `${hint}.`,
  };
}
