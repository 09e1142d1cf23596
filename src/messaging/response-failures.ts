import { utf8Length } from "../text/byte-length";
import { isRecord, type JsonRecord } from "../text/json";
import type { Failure } from "../transport/request/result";
import type { HttpResponse } from "../transport/response";
import { formatContent, type MessageContent } from "./content-text";

const deliveredFacts = (response: HttpResponse) =>
  ({ delivery: "confirmed", retryable: false, status: response.status }) as const;

/** A response with a success status that is no answer to a message. */
export function malformed(response: HttpResponse, peer: string, problem: string): Failure {
  return {
    ...deliveredFacts(response),
    code: "bad_response",
    summary: `${peer} was reached, but its answer (HTTP ${response.status}) cannot be understood: ${problem}`,
    advice: "Report this to the peer's operator.",
    detail: "unexpected response shape (no result, no error): ",
    excerpt: response.text,
  };
}

/** A result that has not the shape of any version of A2A: an empty reply in its place could hide a failure. */
export function unknownResult(response: HttpResponse, peer: string, result: unknown): Failure {
  if (!isRecord(result)) return malformed(response, peer, `the result is ${describe(result)}`);
  return {
    ...malformed(response, peer, "the result is neither a message nor a task"),
    quoted: JSON.stringify(result),
  };
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

/** A success whose body is not JSON: a web page, an answer that the platform has cut off, or the peer's mistake. */
export function notJson(response: HttpResponse, peer: string, problem: string): Failure {
  if (isPage(response)) return page(response);
  if (isCutOff(response.text)) return cutOff(response, peer);
  return malformed(response, peer, `the body is not JSON: ${problem}`);
}

const isPage = ({ text }: HttpResponse): boolean => /^\ufeff?\s*</.test(text);

/** A sign-in page or a wrong port answers everything with a page, so nothing is known of the peer. */
const page = ({ status }: HttpResponse): Failure => ({
  code: "bad_response",
  summary: `A web page came in the place of an answer (HTTP ${status})`,
  advice:
    "Check that the platform URL is the platform's and not that of a page in front of it; if it is, the URL of the peer's agent leads to a page.",
  detail: "the answer is a web page and not JSON; check the platform URL",
  namesTarget: true,
  delivery: "maybe",
  retryable: false,
  status,
});

/** The platform reads so many bytes of an agent's answer, and passes them on as a success. */
const PLATFORM_LIMIT_BYTES = 10_485_760;

function isCutOff(text: string): boolean {
  if (text.length > PLATFORM_LIMIT_BYTES || text.length * 3 < PLATFORM_LIMIT_BYTES) return false;
  const bytes = utf8Length(text);
  // A character that was cut in two has become U+FFFD, which may be up to two bytes longer than its rest.
  const surplus = text.endsWith("\ufffd") ? 2 : 0;
  return bytes >= PLATFORM_LIMIT_BYTES && bytes <= PLATFORM_LIMIT_BYTES + surplus;
}

function cutOff(response: HttpResponse, peer: string): Failure {
  return {
    ...deliveredFacts(response),
    code: "too_large",
    summary: `The answer of ${peer} is larger than the platform passes on, and was cut off after ${PLATFORM_LIMIT_BYTES} bytes`,
    advice: "Ask the peer for a shorter answer, or for a reference to a file.",
  };
}

/** An error in the words of the agent. */
export function agentError(response: HttpResponse, peer: string, text: string): Failure {
  return {
    ...deliveredFacts(response),
    code: "agent_error",
    summary: `${peer} answered with an error${text === "" ? "" : `: ${text}`}`,
    advice: "The same message will most likely fail again: change the request or ask another peer.",
  };
}

const VERSION_NOT_SUPPORTED = -32009;

/** Codes with which an agent refuses a request before it runs anything. */
const REFUSED_CODES: ReadonlySet<unknown> = new Set([-32700, -32600, -32601, -32602, VERSION_NOT_SUPPORTED]);

export function rpcError(response: HttpResponse, peer: string, error: JsonRecord): Failure {
  const message = typeof error.message === "string" ? error.message : "";
  const code = typeof error.code === "number" ? error.code : undefined;
  const named = typeof error.code === "string" && error.code !== "" ? error.code : code;
  const codeText = named === undefined ? "" : ` (code=${named})`;
  const detail = `${message === "" ? "JSON-RPC error with no message" : message}${codeText}`;
  const data = error.data ?? undefined;
  return {
    ...deliveredFacts(response),
    ...(REFUSED_CODES.has(code) || saysNothingRan(data) ? { delivery: "not-sent" } : {}),
    code: "rpc_error",
    rpcCode: code,
    summary: `${peer} answered with a JSON-RPC error: ${detail}`,
    quoted: hasContent(data) ? JSON.stringify(data) : undefined,
    advice: rpcAdvice(code),
    detail,
    data,
  };
}

/** An agent of this package says in the data of its errors whether anything ran. */
const saysNothingRan = (data: unknown): boolean => isRecord(data) && data.ran === false;

const hasContent = (data: unknown): boolean =>
  data !== undefined && data !== "" && !(typeof data === "object" && Object.keys(data ?? {}).length === 0);

function rpcAdvice(code: number | undefined): string {
  if (code === VERSION_NOT_SUPPORTED) {
    return "The agent speaks A2A 1.0 only, and the header that asks for that version does not pass the platform's proxy: its operator has to switch on compatibility with A2A 0.3. Ask another peer.";
  }
  return "The same message will most likely fail again: change the request or ask another peer.";
}

/** A task that ended without success, and why. */
export function taskFailed(
  response: HttpResponse,
  peer: string,
  state: string,
  reason: MessageContent,
): Failure {
  const text = formatContent(reason);
  return {
    ...deliveredFacts(response),
    code: "task_failed",
    summary: `${peer} took the task, and it ended as ${state}${text === "" ? "" : `: ${text}`}`,
    advice: "Change the request, ask another peer, or do it yourself.",
    data: reason.data.length === 0 ? undefined : reason.data,
  };
}
