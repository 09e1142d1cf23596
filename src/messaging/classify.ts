import { isRecord, type JsonRecord, parseJson } from "../text/json";
import { type Failure, fail, ok, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import { classifyRefusal } from "./classify-refusal";
import type { Outcome } from "./outcome";
import { failureReason, isReply, NO_RESPONSE, parseReply } from "./reply";

/** Classifies a complete response to a message as exactly one outcome or failure. Errors call the peer `peer`. */
export function classify(response: HttpResponse, peer: string): Result<Outcome> {
  if (!isSuccess(response.status)) return fail(classifyRefusal(response, peer));
  const parsed = parseJson(response.text);
  if (!parsed.ok) return fail(malformed(response, peer, `the body is not JSON: ${parsed.problem}`));
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

function isQueued(body: JsonRecord): boolean {
  return body.queued === true || (body.status === "queued" && typeof body.delivery_mode === "string");
}

function queuedOutcome(body: JsonRecord, peer: string): Outcome {
  const outcome: Outcome = {
    kind: "queued",
    text: `The message is stored for ${peer}, which gets it later. No reply comes back for it; do not send it again.`,
    raw: body,
  };
  if (typeof body.queue_id === "string") outcome.queueId = body.queue_id;
  if (typeof body.queue_depth === "number") outcome.queueDepth = body.queue_depth;
  if (typeof body.delivery_mode === "string") outcome.deliveryMode = body.delivery_mode;
  return outcome;
}

const FAILED_STATES = new Set(["failed", "rejected", "canceled", "cancelled"]);
const UNFINISHED_STATES = new Set(["submitted", "working"]);

/** Agents on the platform's own runtime report a failed turn as the text of an ordinary message. */
const AGENT_ERROR = /^Agent error(:| \()/;

function classifyResult(
  result: unknown,
  raw: unknown,
  response: HttpResponse,
  peer: string,
): Result<Outcome> {
  if (typeof result !== "string" && !isRecord(result)) {
    return fail(malformed(response, peer, `the result is ${describe(result)}`));
  }
  const { text, files, data, state, taskId, contextId } = parseReply(result);
  const ids = {
    ...(taskId === undefined ? {} : { taskId }),
    ...(contextId === undefined ? {} : { contextId }),
  };
  if (state !== undefined && FAILED_STATES.has(state))
    return fail(taskFailed(response, peer, state, failureReason(result)));
  const shownText = text === NO_RESPONSE ? "" : text;
  if (state === "input-required" || state === "auth-required") {
    return ok({ kind: state, text: shownText, ...ids, raw });
  }
  if (state !== undefined && UNFINISHED_STATES.has(state)) {
    return ok({ kind: "working", text: shownText, ...ids, raw });
  }
  if (AGENT_ERROR.test(text)) return fail({ ...agentError(response, peer, text), detail: text });
  return ok({ kind: "reply", text, files, data, ...ids, raw });
}

const deliveredFacts = (response: HttpResponse) =>
  ({ delivery: "confirmed", retryable: false, status: response.status }) as const;

function malformed(response: HttpResponse, peer: string, problem: string): Failure {
  return {
    ...deliveredFacts(response),
    code: "bad_response",
    summary: `${peer} was reached, but its answer (HTTP ${response.status}) cannot be understood: ${problem}`,
    advice: "Report this to the peer's operator.",
    detail: "unexpected response shape (no result, no error): ",
    excerpt: response.text,
  };
}

function agentError(response: HttpResponse, peer: string, text: string): Failure {
  return {
    ...deliveredFacts(response),
    code: "agent_error",
    summary: `${peer} answered with an error${text === "" ? "" : `: ${text}`}`,
    advice: "The same message will most likely fail again: change the request or ask another peer.",
  };
}

function rpcError(response: HttpResponse, peer: string, error: JsonRecord): Failure {
  const message = typeof error.message === "string" ? error.message : "";
  const code = typeof error.code === "number" ? error.code : undefined;
  const named = typeof error.code === "string" && error.code !== "" ? error.code : code;
  const codeText = named === undefined ? "" : ` (code=${named})`;
  const detail = `${message === "" ? "JSON-RPC error with no message" : message}${codeText}`;
  return {
    ...deliveredFacts(response),
    code: "rpc_error",
    rpcCode: code,
    summary: `${peer} answered with a JSON-RPC error: ${detail}`,
    advice: "The same message will most likely fail again: change the request or ask another peer.",
    detail,
  };
}

function taskFailed(response: HttpResponse, peer: string, state: string, reason: string): Failure {
  return {
    ...deliveredFacts(response),
    code: "task_failed",
    summary: `${peer} took the task, and it ended as ${state}${reason === "" ? "" : `: ${reason}`}`,
    advice: "Change the request, ask another peer, or do it yourself.",
  };
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

function describe(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
