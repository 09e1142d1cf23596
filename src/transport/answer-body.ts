import type { HttpAnswer } from "./answer";
import { isRecord, type JsonRecord, parseJson } from "./json";
import { retryAfterBodyMs, retryAfterHeaderMs } from "./retry-after";

/** What an answer that is no success says about itself. */
export interface Explanation {
  /** The platform's `error` text; empty where there is none. */
  readonly error: string;
  /** The body, where it is a JSON object. */
  readonly body: JsonRecord;
  /** True for what neither the platform nor an agent behind it sends: no body, HTML of an edge, plain text. */
  readonly foreign: boolean;
  readonly retryAfterMs: number | undefined;
}

export function explain(answer: HttpAnswer): Explanation {
  const parsed = parseJson(answer.text);
  const isObject = parsed.ok && isRecord(parsed.value);
  const body = isObject ? (parsed.value as JsonRecord) : {};
  return {
    error: errorText(body.error),
    body,
    foreign: !isObject,
    retryAfterMs:
      retryAfterHeaderMs(answer.header("retry-after")) ??
      retryAfterBodyMs(body.retry_after) ??
      retryAfterBodyMs(body.retry_after_seconds),
  };
}

/** `error` is text in the platform's answers and an object in JSON-RPC ones; both come over the same route. */
function errorText(error: unknown): string {
  if (typeof error === "string") return error;
  return isRecord(error) && typeof error.message === "string" ? error.message : "";
}

/** `HTTP 503, "workspace agent busy"`, with as much as the answer gave. */
export function statusLine(answer: HttpAnswer, { error }: Explanation): string {
  return error === "" ? `HTTP ${answer.status}` : `HTTP ${answer.status}, "${error}"`;
}
