import { isRecord, type JsonRecord, parseJson } from "../text/json";
import { fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import { classifyRefusal } from "./classify-refusal";
import type { Outcome } from "./outcome";
import { isQueued, queuedOutcome } from "./queued";
import { NO_RESPONSE, parseFailureReason, parseReply } from "./reply";
import { agentError, malformed, notJson, rpcError, taskFailed, unknownResult } from "./response-failures";
import { findSubject, isEmptyResult, isReply } from "./subject";
import { classifyState } from "./task-state";

/** Classifies a complete response to a message as exactly one outcome or failure. Errors call the peer `peer`. */
export function classify(response: HttpResponse, peer: string): Result<Outcome> {
  if (!isSuccess(response.status)) return fail(classifyRefusal(response, peer));
  const parsed = parseJson(response.text);
  if (!parsed.ok) return fail(notJson(response, peer, parsed.problem));
  if (!isRecord(parsed.value)) return fail(malformed(response, peer, "the body is not a JSON object"));
  return classifyBody(parsed.value, response, peer);
}

/** The order matters: the body of a queued message may have a `result` or an `error` as well. */
function classifyBody(body: JsonRecord, response: HttpResponse, peer: string): Result<Outcome> {
  if (isQueued(body)) return ok(queuedOutcome(body, peer));
  if (typeof body.error === "string") return fail(agentError(response, peer, body.error));
  if (isRecord(body.error)) return fail(rpcError(response, peer, body.error));
  // JSON-RPC allows either a result or an error, but some servers send both members, one of them null.
  if (isPresent(body.error)) return fail(malformed(response, peer, "`error` is neither text nor an object"));
  if (!Object.hasOwn(body, "result")) {
    return isReply(body)
      ? classifyResult(body, body, response, peer)
      : fail(malformed(response, peer, "it has neither a result nor an error"));
  }
  return classifyWrappedResult(body.result, body, response, peer);
}

/** Some agents wrap their JSON-RPC response in another one. One such layer is unwrapped. */
function classifyWrappedResult(
  result: unknown,
  body: JsonRecord,
  response: HttpResponse,
  peer: string,
): Result<Outcome> {
  if (isRecord(result) && !isReply(result)) {
    if (isRecord(result.error)) return fail(rpcError(response, peer, result.error));
    if (typeof result.error === "string") return fail(agentError(response, peer, result.error));
    if (Object.hasOwn(result, "result")) return classifyResult(result.result, body, response, peer);
  }
  return classifyResult(result, body, response, peer);
}

/** Agents on the platform's own runtime report a failed turn as the text of an ordinary message. */
const AGENT_ERROR = /^Agent error(:| \()/;

function classifyResult(
  result: unknown,
  raw: unknown,
  response: HttpResponse,
  peer: string,
): Result<Outcome> {
  if (!isReadable(result)) return fail(unknownResult(response, peer, result));
  const { text, files, data, state, taskId, contextId } = parseReply(result);
  const ids = {
    ...(taskId === undefined ? {} : { taskId }),
    ...(contextId === undefined ? {} : { contextId }),
  };
  const kind = state === undefined ? "completed" : classifyState(state);
  if (kind === "failed") {
    return fail(taskFailed(response, peer, state ?? kind, parseFailureReason(result)));
  }
  if (kind !== "completed") {
    return ok({ kind, text: text === NO_RESPONSE ? "" : text, files, data, ...ids, raw });
  }
  if (AGENT_ERROR.test(text)) return fail({ ...agentError(response, peer, text), detail: text });
  return ok({ kind: "reply", text, files, data, ...ids, raw });
}

/** True for a result of a known shape. Nothing at all is a reply without content. */
const isReadable = (result: unknown): boolean =>
  typeof result === "string" || findSubject(result) !== undefined || isEmptyResult(result);

const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== false;
