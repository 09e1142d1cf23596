import { isRecord, type JsonRecord, parseJson } from "../../text/json";
import type { HttpResponse } from "../response";
import { type ErrorBody, parseErrorBody, statusLine } from "./error-body";
import { isAmbiguousRefusal } from "./refusal-check";
import { type Failure, fail, ok, type Result } from "./result";

/** The JSON value of a success, or what went wrong with it. */
export function readJson(answer: HttpResponse, what: string): Result<unknown> {
  const parsed = parseJson(answer.text);
  if (parsed.ok) return ok(parsed.value);
  return fail({
    ...responseFacts(answer),
    code: "bad_response",
    summary: `The platform answered HTTP ${answer.status} to ${what}, but the body is not JSON: ${parsed.problem}`,
    advice: "Check that the platform URL is the platform's and not that of a page in front of it.",
    detail: `Platform returned ${answer.status} but body was not JSON: ${parsed.problem}`,
  });
}

/** The JSON object of a success, or what went wrong with it. */
export function readJsonObject(answer: HttpResponse, what: string): Result<JsonRecord> {
  const read = readJson(answer, what);
  if (!read.ok) return read;
  if (isRecord(read.value)) return ok(read.value);
  return fail({
    ...responseFacts(answer),
    code: "bad_response",
    summary: `The platform answered HTTP ${answer.status} to ${what}, but the body is not a JSON object`,
  });
}

/** Transient statuses of a platform or an edge in front of it; these calls are repeated on them. */
const TRANSIENT = new Set([429, 502, 503, 504]);

/** What a status means for any of these calls, unless the call itself knows better. */
export function classifyStatus(answer: HttpResponse, what: string): Failure {
  const said = parseErrorBody(answer);
  return {
    ...responseFacts(answer, said),
    ...meaning(answer, said, what),
    retryable: TRANSIENT.has(answer.status),
    ambiguous: isAmbiguousRefusal(answer.status, said),
  };
}

/** The same for a request that only reads: it is also retried after a 500, which does no harm. */
export function classifyRead(response: HttpResponse, what: string): Failure {
  const failure = classifyStatus(response, what);
  return { ...failure, retryable: failure.retryable || response.status === 500 };
}

function meaning(
  answer: HttpResponse,
  said: ErrorBody,
  what: string,
): Pick<Failure, "code" | "summary" | "advice"> {
  const line = statusLine(answer, said);
  const { status } = answer;
  if (status === 401) {
    return {
      code: "unauthorized",
      summary: `The platform did not accept the token of this workspace for ${what} (${line})`,
      advice:
        "The token may be revoked, or belong to another workspace; restarting the workspace usually mints a new one.",
    };
  }
  if ((status === 403 || status === 404) && said.foreign) {
    return {
      code: "wrong_tenant",
      summary: `${capital(what)} was refused before it reached the platform's handlers (${line})`,
      advice:
        "Behind a SaaS tenant this means that `orgId` (X-Molecule-Org-Id) or `origin` is missing or wrong; elsewhere, that the platform URL is.",
    };
  }
  if (status === 403) return { code: "access_denied", summary: `The platform refused ${what} (${line})` };
  if (status === 429)
    return { code: "rate_limited", summary: `The platform's rate limit is reached (${line})` };
  if (status >= 500) return { code: "platform_error", summary: `The platform failed at ${what} (${line})` };
  if (status >= 400) return { code: "bad_request", summary: `The platform refused ${what} (${line})` };
  return {
    code: "bad_response",
    summary: `The platform answered ${what} with ${line}, which is not followed`,
  };
}

/** The facts every failure without a task shares. */
export function responseFacts(answer: HttpResponse, said?: ErrorBody) {
  return {
    delivery: "not-sent",
    retryable: false,
    status: answer.status,
    retryAfterMs: said?.retryAfterMs,
  } as const;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
