import { requestHeaders, type TenantHeaders } from "../../identity/headers";
import type { Allowance } from "../allowance/allowance";
import { TransportFailure } from "../failure";
import { readEventStream } from "../http/event-stream";
import type { Http } from "../http/http";
import type { HttpResponse } from "../response";
import { classifyFailure } from "./classify-failure";
import type { ExecuteRequest } from "./execute-request";
import { mayRepeat, type RequestSafety } from "./may-repeat";
import type { OwnRecordReader } from "./own-record";
import { type Progress, worseDelivery } from "./progress";
import { fail, type Result } from "./result";
import { toReason } from "./to-error";

/** What an attempt needs of the client. */
export interface AttemptOptions {
  platformUrl: string;
  tenant: TenantHeaders;
  http: Http;
  /** Tells refusals from an outage of the platform's database. */
  ownRecords: OwnRecordReader;
  /** The requests that the platform's rate limit allows. */
  allowance: Allowance;
  /** The time on the clock of the client. */
  now: () => number;
}

/** A request and what has happened to it so far, over all its attempts. */
export interface RequestState<T> {
  readonly request: ExecuteRequest<T>;
  readonly options: AttemptOptions;
  readonly safety: RequestSafety;
  readonly progress: Progress;
  /** Called once an attempt has its connection. */
  onConnected?: (() => void) | undefined;
}

/** Makes one HTTP request and classifies what came of it. Rejects only when the call is cancelled. */
export async function sendAttempt<T>(state: RequestState<T>, token: string | undefined): Promise<Result<T>> {
  const { request, options, progress } = state;
  const { method, body, workspace, pool, call, limitMs, task } = request;
  if (token !== undefined) progress.tokens.push(token);
  const headers = requestHeaders(workspace.id, token, options.tenant);
  if (body !== undefined) headers["content-type"] = typeof body === "string" ? "application/json" : body.type;
  progress.attempts += 1;
  const number = progress.attempts;
  const startedMs = call.elapsedMs();
  const startedAt = options.now();
  const url = options.platformUrl + request.path;
  // What must not be sent twice cannot be sent again when the other side turns out to have closed the connection.
  const fresh = task !== undefined && !task.retryMaybeDelivered;
  const leaveOpen = task?.leaveOpen;
  const { onWaiting } = request;
  const { onConnected } = state;
  const { onAttemptStarted } = request;
  const onStart = onAttemptStarted && (() => onAttemptStarted(number));
  const response = options.http({
    method, url, headers, body: typeof body === "object" ? body.data : body, pool, call, limitMs, fresh, leaveOpen, onStart, onWaiting, onConnected,
  }); // biome-ignore format: one list
  const result = limitRepeats(
    await response.then(
      (answered) => classifyResponse(state, answered, startedAt),
      (error) => classifyLostAttempt(state, error, token),
    ),
    state.safety,
  );
  if (!result.ok) {
    const { code, delivery, status, summary } = result.failure;
    progress.delivery = worseDelivery(progress.delivery, delivery);
    const elapsedMs = call.elapsedMs() - startedMs;
    const reason = toReason(summary, [...progress.tokens, ...request.workspace.secrets]);
    // An attempt that ended while it waited for a connection is not counted: it made no request.
    if (number === progress.attempts) {
      request.onAttemptFailed?.({ attempt: number, code, delivery, reason, status, elapsedMs });
    }
  }
  return result;
}

/** Classifies a response, and takes from it what it says about the rate limit. */
function classifyResponse<T>(
  { request, options }: RequestState<T>,
  response: HttpResponse,
  startedAt: number,
): Result<T> {
  options.allowance.learn(response, startedAt);
  const result = request.classify(readEventStream(response));
  if (result.ok || result.failure.code !== "rate_limited") return result;
  const { retryAfterMs } = result.failure;
  if (retryAfterMs !== undefined) options.allowance.refused(retryAfterMs);
  return result;
}

/** The result, not retryable where a repeat would break the promise of the delivery mode. */
function limitRepeats<T>(result: Result<T>, safety: RequestSafety): Result<T> {
  if (result.ok || !result.failure.retryable || mayRepeat(result.failure, safety)) return result;
  return fail({ ...result.failure, retryable: false });
}

/** Classifies an attempt without a complete response. Throws when the call was cancelled. */
function classifyLostAttempt<T>(
  state: RequestState<T>,
  error: unknown,
  token: string | undefined,
): Result<T> {
  if (!(error instanceof TransportFailure)) throw error;
  const { progress, safety, options } = state;
  const wasSent = error.phase === "sent" || error.phase === "answered";
  if (token === undefined && wasSent) progress.unauthenticatedAttemptLost = true;
  if (error.phase === "waiting") progress.attempts -= 1;
  const failure = classifyFailure(error, options.platformUrl, safety);
  if (error.kind !== "cancelled") return fail(failure);
  progress.delivery = worseDelivery(progress.delivery, failure.delivery);
  throw error;
}
