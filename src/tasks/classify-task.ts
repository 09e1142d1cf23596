import { classify } from "../messaging/classify";
import type { Outcome } from "../messaging/outcome";
import { NO_RESPONSE, parseReply } from "../messaging/reply";
import { isRecord, parseJson } from "../text/json";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import { explainFailure, notAnswered, type TaskRequest } from "./task-failures";

/** What a peer has answered about a task. */
export interface TaskAnswer {
  readonly outcome: Outcome;
  readonly isCanceled: boolean;
}

/**
 * Classifies the response to `tasks/get` or `tasks/cancel` as that to a message is, with what differs: a request that
 * the platform has stored is a failure, and so is a task that was canceled unless `acceptsCanceled`.
 */
export function classifyTask(
  response: HttpResponse,
  request: TaskRequest,
  acceptsCanceled: boolean,
): Result<TaskAnswer> {
  const canceled = acceptsCanceled ? canceledOutcome(response, request.taskId) : undefined;
  if (canceled !== undefined) return ok({ outcome: canceled, isCanceled: true });
  const result = classify(response, request.peer);
  if (!result.ok) return fail(explainFailure(result.failure, request));
  const failure: Failure | undefined = notAnswered(result.value, request);
  return failure === undefined ? ok({ outcome: result.value, isCanceled: false }) : fail(failure);
}

const CANCELED: ReadonlySet<string | undefined> = new Set(["canceled", "cancelled"]);

/** The outcome of a task in the state `canceled`; `undefined` for any other response. */
function canceledOutcome(response: HttpResponse, taskId: string): Outcome | undefined {
  const parsed = isSuccess(response.status) ? parseJson(response.text) : undefined;
  if (!parsed?.ok || !isRecord(parsed.value)) return undefined;
  const {
    text,
    files,
    data,
    state,
    taskId: answeredId = taskId,
    contextId,
  } = parseReply(parsed.value.result);
  if (!CANCELED.has(state)) return undefined;
  return {
    kind: "reply",
    text: text === NO_RESPONSE ? `The task ${taskId} is canceled.` : text,
    files,
    data,
    taskId: answeredId,
    ...(contextId === undefined ? {} : { contextId }),
    raw: parsed.value,
  };
}
