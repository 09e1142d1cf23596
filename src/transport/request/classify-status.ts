import { isRecord, type JsonRecord, parseJson } from "../../text/json";
import type { HttpResponse } from "../response";
import { type ErrorBody, parseErrorBody, statusLine, WANTS_TLS_ADVICE } from "./error-body";
import { isAmbiguousRefusal, REFUSED_TOKEN_ADVICE } from "./refusal-check";
import { type Failure, fail, ok, type Result } from "./result";

/** Parses the body of a success as JSON. `what` names the request in the failure. */
export function readJson(response: HttpResponse, what: string): Result<unknown> {
  const parsed = parseJson(response.text);
  if (parsed.ok) return ok(parsed.value);
  return fail({
    ...responseFacts(response),
    code: "bad_response",
    summary: `The platform answered HTTP ${response.status} to ${what}, but the body is not JSON: ${parsed.problem}`,
    advice: "Check that the platform URL is the platform's and not that of a page in front of it.",
    detail: `Platform returned ${response.status} but body was not JSON: ${parsed.problem}`,
  });
}

/** Parses the body of a success as a JSON object. `what` names the request in the failure. */
export function readJsonObject(response: HttpResponse, what: string): Result<JsonRecord> {
  const read = readJson(response, what);
  if (!read.ok) return read;
  if (isRecord(read.value)) return ok(read.value);
  return fail({
    ...responseFacts(response),
    code: "bad_response",
    summary: `The platform answered HTTP ${response.status} to ${what}, but the body is not a JSON object`,
  });
}

/** Transient statuses of a platform or of a proxy in front of it, after which a request is retried. */
const TRANSIENT = new Set([429, 502, 503, 504]);

/** Classifies a response that is no success by its status, for requests without a special meaning of it. */
export function classifyStatus(response: HttpResponse, what: string): Failure {
  const body = parseErrorBody(response);
  return {
    ...responseFacts(response, body),
    ...describeStatus(response, body, what),
    retryable: TRANSIENT.has(response.status),
    ambiguous: isAmbiguousRefusal(response.status, body),
    down: isPlatformDown(response.status, body) ? "platform" : undefined,
  };
}

/** The same for a request that only reads: it is also retried after a 500, which does no harm. */
export function classifyRead(response: HttpResponse, what: string): Failure {
  const failure = classifyStatus(response, what);
  return { ...failure, retryable: failure.retryable || response.status === 500 };
}

/**
 * The same for a request that changes something: after a failure of the platform it may have been carried out, unless
 * the answer says that it was not.
 */
export function classifyWrite(response: HttpResponse, what: string): Failure {
  const failure = classifyStatus(response, what);
  const wasRefused = response.status < 500 || parseErrorBody(response).body.code === "platform_unavailable";
  return { ...failure, delivery: wasRefused ? "not-sent" : "maybe" };
}

/** Statuses with which what is in front of a platform says that the platform is away. */
const UNREACHABLE = new Set([502, 503, 504, 521, 522, 523]);

/** True when the response comes from what is in front of a platform that is away, or says that the platform is. */
const isPlatformDown = (status: number, { foreign, body }: ErrorBody): boolean =>
  UNREACHABLE.has(status) && (foreign || body.code === "platform_unavailable");

function describeStatus(
  response: HttpResponse,
  body: ErrorBody,
  what: string,
): Pick<Failure, "code" | "summary" | "advice" | "namesTarget"> {
  const line = statusLine(response, body);
  const { status } = response;
  if (status === 401) {
    return {
      code: "unauthorized",
      summary: `The platform did not accept the token of this workspace for ${what} (${line})`,
      advice: REFUSED_TOKEN_ADVICE,
    };
  }
  if (status === 407) {
    const advice = "Check the credentials in the URL of the proxy (HTTP_PROXY).";
    return { code: "network", summary: `The proxy refused ${what} (${line})`, advice };
  }
  if ((status === 403 || status === 404) && body.foreign) {
    return {
      code: "wrong_tenant",
      summary: `${capitalize(what)} was refused before it reached the platform's handlers (${line})`,
      advice:
        "Behind a SaaS tenant this means that `orgId` (X-Molecule-Org-Id) or `origin` is missing or wrong; elsewhere, that the platform URL is.",
      namesTarget: true,
    };
  }
  if (status === 403) return { code: "access_denied", summary: `The platform refused ${what} (${line})` };
  if (status === 429)
    return { code: "rate_limited", summary: `The platform's rate limit is reached (${line})` };
  if (status >= 500) return { code: "platform_error", summary: `The platform failed at ${what} (${line})` };
  if (body.wantsTls) {
    const summary = `The server speaks TLS at this port, and ${what} came in plain HTTP (${line})`;
    return { code: "bad_request", summary, advice: WANTS_TLS_ADVICE, namesTarget: true };
  }
  if (status >= 400) return { code: "bad_request", summary: `The platform refused ${what} (${line})` };
  return {
    code: "bad_response",
    summary: `The platform answered ${what} with ${line}, which is not followed`,
  };
}

/** The facts of a response that any failure of a request without a task has. */
export function responseFacts(response: HttpResponse, body?: ErrorBody) {
  return {
    delivery: "not-sent",
    retryable: false,
    status: response.status,
    retryAfterMs: body?.retryAfterMs,
  } as const;
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
