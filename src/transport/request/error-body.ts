import { isRecord, type JsonRecord, parseJson } from "../../text/json";
import { type HttpResponse, isRedirect } from "../response";
import { retryAfterBodyMs, retryAfterHeaderMs } from "./retry-after";

/** What an answer that is no success says about itself. */
export interface ErrorBody {
  /** The platform's `error` text; empty where there is none. */
  readonly error: string;
  /** The body, where it is a JSON object. */
  readonly body: JsonRecord;
  /** True for a whole answer that neither the platform nor an agent behind it sends: no body, HTML of an edge, plain text. */
  readonly foreign: boolean;
  /** True when it says how long to wait, readable or not: agents' own errors reach us without. */
  readonly hasHint: boolean;
  readonly retryAfterMs: number | undefined;
}

export function parseErrorBody(answer: HttpResponse): ErrorBody {
  const parsed = parseJson(answer.text);
  const isObject = parsed.ok && isRecord(parsed.value);
  const body = isObject ? (parsed.value as JsonRecord) : {};
  return {
    error: errorText(body.error),
    body,
    foreign: !isObject && answer.truncated !== true,
    hasHint: answer.header("retry-after") !== undefined || body.retry_after !== undefined,
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
export function statusLine(answer: HttpResponse, { error }: ErrorBody): string {
  if (isRedirect(answer.status)) return `HTTP ${answer.status}${leadingTo(answer.header("location"))}`;
  return error === "" ? `HTTP ${answer.status}` : `HTTP ${answer.status}, "${error}"`;
}

/** Only the host: the rest of a location may hold a key. */
function leadingTo(location: string | undefined): string {
  try {
    return location === undefined ? "" : ` to ${new URL(location).host}`;
  } catch {
    return "";
  }
}
