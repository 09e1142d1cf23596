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

/** Creates a probe of a platform that sends `headers`. Redirects are not followed. */
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
      const response = await fetch(url + path, {
        headers,
        redirect: "manual",
        signal: controller.signal,
      });
      const text = await readBody(response, firstBytes ? 1 : MAX_BYTES);
      const elapsedMs = Math.round(performance.now() - startedAt);
      return { status: response.status, headers: response.headers, text, json: parseJson(text), elapsedMs };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new ProbeError(describeFailure(error));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  };
}

/** Reads until `maxBytes` are there, and ends the connection then. */
async function readBody({ body }: Response, maxBytes: number): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader !== undefined && text.length < maxBytes) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
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
  const { name, cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === "TimeoutError") return `no answer within ${TIMEOUT_MS / 1000} s`;
  const code = cause?.code ?? "";
  return REASONS[code] ?? [cause?.message ?? message, code].filter(Boolean).join(", ");
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
