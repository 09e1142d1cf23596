import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";

const TIMEOUT_MS = 5000;
const MAX_BYTES = 1_048_576;

export interface ProbeResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly json: unknown;
  readonly elapsedMs: number;
}

/** Makes a GET request, once. Rejects with a {@link ProbeError}. */
export type Probe = (path: string, options?: { firstBytes?: boolean }) => Promise<ProbeResponse>;

/** There was no answer; `message` says why, as the end of a sentence. */
export class ProbeError extends Error {
  override readonly name = "ProbeError";
}

class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Creates a probe of a platform that sends `headers`, over the sockets that the client uses: fetch refuses some ports.
 * Redirects are not followed.
 */
export function createProbe(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Probe {
  return async (path, { firstBytes = false } = {}) => {
    const startedAt = performance.now();
    // Node may collect a signal made by AbortSignal.any of one made by AbortSignal.timeout before it is aborted.
    const controller = new AbortController();
    const abort = () => controller.abort(signal.reason);
    const timer = setTimeout(() => controller.abort(new TimeoutError()), TIMEOUT_MS);
    signal.addEventListener("abort", abort);
    try {
      signal.throwIfAborted();
      const response = await get(url + path, headers, controller.signal);
      const text = await readBody(response, firstBytes ? 1 : MAX_BYTES);
      const elapsedMs = Math.round(performance.now() - startedAt);
      const { statusCode: status = 0 } = response;
      return { status, headers: toHeaders(response), text, json: parseJson(text), elapsedMs };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new ProbeError(describeFailure(controller.signal.aborted ? controller.signal.reason : error));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  };
}

function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("https:") ? getSecure : getPlain)(url, { headers, signal }, resolve);
    request.once("error", reject);
  });
}

function toHeaders({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return headers;
}

/** Reads until `maxBytes` are there, and ends the connection then. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) {
    text += chunk;
    if (text.length >= maxBytes) break;
  }
  return text;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name of the host cannot be resolved now",
  ECONNRESET: "the connection was reset",
  ETIMEDOUT: "no connection in time",
  EHOSTUNREACH: "the host cannot be reached from here",
  ENETUNREACH: "the network cannot be reached from here",
};

function describeFailure(error: unknown): string {
  if (error instanceof TimeoutError) return `no answer within ${TIMEOUT_MS / 1000} s`;
  const { code = "", message } = error as Error & { code?: string };
  return REASONS[code] ?? [message, message.includes(code) ? "" : code].filter(Boolean).join(", ");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The `error` of a JSON body, as a platform states it. */
export function getErrorText({ json }: ProbeResponse): string {
  const { error } = (typeof json === "object" && json !== null ? json : {}) as { error?: unknown };
  return typeof error === "string" ? error : "";
}
