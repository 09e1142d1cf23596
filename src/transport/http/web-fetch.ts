import { afterPoll } from "../../runtime/after-poll";
import type { Clock } from "../../runtime/clock";
import { cancelledFailure } from "../call";
import { type Phase, TransportFailure, tooLargeFailure, toTransportFailure } from "../failure";
import {
  type AttemptLimits,
  type HttpResponse,
  isRedirect,
  isSuccess,
  LEFT_OPEN_MS,
  MAX_ERROR_BODY_BYTES,
} from "../response";
import { unrepeatedByDeno } from "./deno-client";

export interface WebRequest {
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  /** Must not be sent twice, whatever the runtime does by itself. */
  fresh?: boolean | undefined;
  limits: AttemptLimits;
}

/** One request over fetch. */
interface WebAttempt {
  readonly request: WebRequest;
  readonly controller: AbortController;
  /** Set once the head of the response is here. */
  response: Response | undefined;
  /** Why the attempt was ended early. */
  interruption: TransportFailure | undefined;
}

/**
 * Makes one HTTP request over a standard fetch: the caller's, or the one of the runtime where there is no Node. A
 * fetch does not say how far a failed request came, so unless the error says otherwise it counts as sent.
 * Rejects with a {@link TransportFailure} and nothing else.
 */
export async function webFetch(
  fetchLike: typeof fetch,
  url: string,
  request: WebRequest,
  clock: Clock,
): Promise<HttpResponse> {
  const { limits } = request;
  const attempt: WebAttempt = {
    request,
    controller: new AbortController(),
    response: undefined,
    interruption: undefined,
  };
  let stopTimer = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    const interruptWith = (failure: TransportFailure) => reject(interrupt(attempt, failure));
    // What has arrived while the process was busy is read before the limit counts.
    stopTimer = clock.setTimer(
      () => afterPoll(() => interruptWith(timeoutFailure(attempt))),
      limits.limitMs,
      limits.background,
    );
    limits.onCancel(() => interruptWith(cancelledFailure(getPhase(attempt))));
  });
  interrupted.catch(() => {});

  limits.onConnected?.();
  const sent = send(attempt, fetchLike, url);
  try {
    // Some fetches never settle when they are aborted, so an interruption does not wait for them.
    return await Promise.race([sent, interrupted]);
  } catch (error) {
    if (isLeftOpen(attempt)) leaveOpen(attempt, sent, clock);
    else attempt.controller.abort();
    return responseWithoutBody(attempt, error);
  } finally {
    stopTimer();
    limits.onCancel(undefined);
  }
}

async function send(attempt: WebAttempt, fetchLike: typeof fetch, url: string): Promise<HttpResponse> {
  const { method, headers, fresh, limits } = attempt.request;
  // The call may have been cancelled before it could listen to that, and not every fetch looks at its signal.
  if (attempt.interruption !== undefined) throw attempt.interruption;
  // The types of fetch leave out bytes whose buffer may be shared.
  const body = attempt.request.body as string | undefined;
  const response = await fetchLike(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(fresh ? unrepeatedByDeno() : {}),
    redirect: "manual",
    signal: attempt.controller.signal,
  });
  attempt.response = response;
  // Browsers return an opaque redirect for "manual": without status and headers.
  if (isRedirect(response.status) || response.type === "opaqueredirect") {
    response.body?.cancel?.().catch(() => {});
    return toHttpResponse(response, "", response.status || 302);
  }
  const maxBytes = isSuccess(response.status) ? limits.maxBytes : MAX_ERROR_BODY_BYTES;
  return toHttpResponse(response, await readText(response, maxBytes));
}

const getPhase = ({ response }: WebAttempt): Phase => (response === undefined ? "sent" : "answered");

/** Aborts the fetch. Returns the first failure that interrupted the attempt. */
function interrupt(attempt: WebAttempt, failure: TransportFailure): TransportFailure {
  attempt.interruption ??= failure;
  if (!isLeftOpen(attempt)) attempt.controller.abort(attempt.interruption);
  return attempt.interruption;
}

/** True for a request that was interrupted before its answer began and is to end by itself. */
const isLeftOpen = ({ interruption, response, request }: WebAttempt): boolean =>
  interruption !== undefined && response === undefined && request.limits.mayLeaveOpen?.() === true;

function leaveOpen({ controller }: WebAttempt, sent: Promise<unknown>, clock: Clock): void {
  const stopTimer = clock.setTimer(() => controller.abort(), LEFT_OPEN_MS, true);
  sent.then(stopTimer, stopTimer);
}

function timeoutFailure(attempt: WebAttempt): TransportFailure {
  const message = `no complete answer within ${Math.round(attempt.request.limits.limitMs)} ms`;
  return new TransportFailure("read_timeout", getPhase(attempt), message, attempt.response?.status);
}

/** The response of a failed attempt where its status alone says enough. Throws the failure otherwise. */
function responseWithoutBody({ response, interruption }: WebAttempt, error: unknown): HttpResponse {
  const failure = interruption ?? toTransportFailure(error, response && "answered", response?.status);
  if (response !== undefined && !isSuccess(response.status) && failure.kind !== "cancelled") {
    return { ...toHttpResponse(response, ""), truncated: true };
  }
  throw failure;
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  // Some fetches (node-fetch, mocks) have no stream of the standard, or no body at all.
  if (typeof response.body?.getReader !== "function") return readWholeText(response, maxBytes);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > maxBytes) {
      reader.cancel().catch(() => {});
      throw tooLargeFailure(maxBytes, response.status);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The limit counts characters here, none of which has less than a byte. */
async function readWholeText(response: Response, maxBytes: number): Promise<string> {
  const text = await response.text();
  if (text.length > maxBytes) throw tooLargeFailure(maxBytes, response.status);
  return text;
}

function toHttpResponse(response: Response, text: string, status = response.status): HttpResponse {
  const headers = response.headers as Headers | undefined;
  return { status, text, header: (name) => headers?.get?.(name) ?? undefined };
}
