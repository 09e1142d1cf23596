import type { Clock } from "../../runtime/clock";
import { cancelledFailure } from "../call";
import { TransportFailure, toTransportFailure } from "../failure";
import {
  type AttemptLimits,
  type HttpResponse,
  isRedirect,
  isSuccess,
  MAX_ERROR_BODY_BYTES,
} from "../response";

export interface WebRequest {
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  attempt: AttemptLimits;
}

/**
 * One HTTP request over a standard fetch: the caller's, or the platform's where there is no Node. A fetch does not
 * tell how far a failed request came, so unless the error says otherwise it counts as sent.
 * Rejects with a {@link TransportFailure} and nothing else.
 */
export async function webFetch(
  fetchLike: typeof fetch,
  url: string,
  request: WebRequest,
  clock: Clock,
): Promise<HttpResponse> {
  const { attempt } = request;
  const controller = new AbortController();
  let response: Response | undefined;
  let stopped: TransportFailure | undefined;
  let stop: (failure: TransportFailure) => void = () => {};
  // Some fetches never settle when they are aborted, so giving up does not wait for them.
  const gaveUp = new Promise<never>((_, reject) => {
    stop = (failure) => {
      stopped ??= failure;
      controller.abort(stopped);
      reject(stopped);
    };
  });
  gaveUp.catch(() => {});
  const phase = () => (response === undefined ? "sent" : "answered");
  const stopTimer = clock.setTimer(
    () =>
      stop(
        new TransportFailure(
          "read_timeout",
          phase(),
          `no complete answer within ${Math.round(attempt.limitMs)} ms`,
          response?.status,
        ),
      ),
    attempt.limitMs,
    attempt.background,
  );
  attempt.onCancel(() => stop(cancelledFailure(phase())));

  async function exchange(): Promise<HttpResponse> {
    const { method, headers, body } = request;
    response = await fetchLike(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal: controller.signal,
    });
    // An opaque redirect is what browsers make of "manual": no status, no headers.
    if (isRedirect(response.status) || response.type === "opaqueredirect") {
      response.body?.cancel().catch(() => {});
      return answerOf(response, "", response.status || 302);
    }
    const maxBytes = isSuccess(response.status) ? attempt.maxBytes : MAX_ERROR_BODY_BYTES;
    return answerOf(response, await readText(response, maxBytes));
  }

  try {
    return await Promise.race([exchange(), gaveUp]);
  } catch (error) {
    controller.abort();
    const failure = stopped ?? toTransportFailure(error, response && "answered", response?.status);
    if (response !== undefined && !isSuccess(response.status) && failure.kind !== "cancelled") {
      return { ...answerOf(response, ""), truncated: true };
    }
    throw failure;
  } finally {
    stopTimer();
    attempt.onCancel(undefined);
  }
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > maxBytes) {
      reader.cancel().catch(() => {});
      throw new TransportFailure(
        "too_large",
        "answered",
        `the answer is larger than ${maxBytes} bytes`,
        response.status,
      );
    }
    text += decoder.decode(value, { stream: true });
  }
}

function answerOf(response: Response, text: string, status = response.status): HttpResponse {
  return { status, text, header: (name) => response.headers.get(name) ?? undefined };
}
