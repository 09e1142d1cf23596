import { isRecord, type JsonRecord, parseJson } from "../../text/json";
import { type HttpResponse, isRedirect } from "../response";
import { parseHttpDate, retryAfterBodyMs, retryAfterHeaderMs } from "./retry-after";

/** The parsed body of a response that is no success. */
export interface ErrorBody {
  /** The platform's `error` text; empty where there is none. */
  readonly error: string;
  /** The body as a JSON object; empty where it is none. */
  readonly body: JsonRecord;
  /** True for a complete body that comes neither from the platform nor from an agent: empty, HTML of a proxy, plain text. */
  readonly foreign: boolean;
  /** True when a server of TLS says that the request came in plain HTTP. */
  readonly wantsTls: boolean;
  /** True when the response says how long to wait, valid or not: errors of an agent itself never do. */
  readonly hasHint: boolean;
  readonly retryAfterMs: number | undefined;
}

/** nginx, Apache, and servers written in Go. */
const WANTS_TLS =
  /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled|HTTP request to an HTTPS server/i;

/** The advice of a response that {@link ErrorBody.wantsTls}. */
export const WANTS_TLS_ADVICE = "The platform URL has to begin with `https://`.";

export function parseErrorBody(response: HttpResponse): ErrorBody {
  const parsed = parseJson(response.text);
  const isObject = parsed.ok && isRecord(parsed.value);
  const body = isObject ? (parsed.value as JsonRecord) : {};
  return {
    error: errorText(body.error),
    body,
    foreign: !isObject && response.truncated !== true,
    wantsTls: !isObject && response.status === 400 && WANTS_TLS.test(response.text),
    hasHint: response.header("retry-after") !== undefined || body.retry_after !== undefined,
    retryAfterMs:
      retryAfterHeaderMs(response.header("retry-after"), parseHttpDate(response.header("date"))) ??
      retryAfterBodyMs(body.retry_after) ??
      retryAfterBodyMs(body.retry_after_seconds),
  };
}

/** `error` is text in responses of the platform and an object in JSON-RPC; both are returned by the same route. */
function errorText(error: unknown): string {
  if (typeof error === "string") return error;
  return isRecord(error) && typeof error.message === "string" ? error.message : "";
}

/** The status and what the response says about it: `HTTP 503, "workspace agent busy"`. */
export function statusLine(response: HttpResponse, { error }: ErrorBody): string {
  if (isRedirect(response.status))
    return `HTTP ${response.status}${redirectTarget(response.header("location"))}`;
  return error === "" ? `HTTP ${response.status}` : `HTTP ${response.status}, "${error}"`;
}

/** The host only: the rest of a location may contain a key. */
function redirectTarget(location: string | undefined): string {
  try {
    return location === undefined ? "" : ` to ${new URL(location).host}`;
  } catch {
    return "";
  }
}
