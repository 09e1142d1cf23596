import type { A2AErrorCode, Delivery } from "../../errors";
import { requestHeaders, type TenantHeaders } from "../../identity/headers";
import type { Workspace } from "../../identity/workspaces";
import type { Call } from "../call";
import { TransportFailure } from "../failure";
import type { Http } from "../http/http";
import type { Pool } from "../http/pool";
import type { HttpResponse } from "../response";
import type { RetryPolicy } from "./backoff";
import { classifyFailure, type RequestSafety } from "./classify-failure";
import { newProgress, type Progress, worseDelivery } from "./progress";
import { type Failure, fail, type Result } from "./result";
import { type AttemptResult, retryUntilDone } from "./retry";
import { closedError, type ErrorContext, toA2AError, toReason } from "./to-error";
import { isTokenRefused, refreshToken, TOKEN_SOURCE, withTokenSourceError } from "./token-refresh";

/** One logical request of the client to the platform. */
export interface ExecuteRequest<T> {
  method: "GET" | "POST";
  /** Path below the platform URL, already safe. */
  path: string;
  /** JSON text, the same in all attempts. */
  body?: string | undefined;
  workspace: Workspace;
  pool: Pool;
  call: Call;
  /** Limit of one attempt in milliseconds; the budget of the call ends it too. */
  limitMs: number;
  /** Set for a request that gives a peer something to do. */
  task?: { messageId?: string; retryMaybeDelivered: boolean; idempotent?: boolean } | undefined;
  peerId?: string | undefined;
  /** Updated while the request is made, for callers who need it also after a cancellation. */
  progress?: Progress | undefined;
  /** Makes one attempt only, and the one after a refreshed token. */
  once?: boolean | undefined;
  classify(response: HttpResponse): Result<T>;
  onAttemptFailed?: ((attempt: FailedAttempt) => void) | undefined;
  onRetry?: ((attempt: number, delayMs: number) => void) | undefined;
}

export interface FailedAttempt {
  attempt: number;
  code: A2AErrorCode;
  delivery: Delivery;
  reason: string;
  status: number | undefined;
  elapsedMs: number;
}

/**
 * Executes the request: with the workspace's token, one refresh of it after a 401, and retries within the budget.
 * Throws an A2AError, or the caller's own reason when the caller cancelled the call.
 */
export type Execute = <T>(request: ExecuteRequest<T>) => Promise<T>;

export interface ExecuteOptions {
  platformUrl: string;
  tenant: TenantHeaders;
  policy: RetryPolicy;
  random: () => number;
  http: Http;
}

/** A request under way. */
interface Execution<T> {
  readonly request: ExecuteRequest<T>;
  readonly options: ExecuteOptions;
  readonly safety: RequestSafety;
  readonly progress: Progress;
  /** The token is refreshed once at most, over all attempts. */
  tokenRefreshed: boolean;
}

export function createExecute(options: ExecuteOptions): Execute {
  return async (request) => {
    const { task, call, onRetry } = request;
    const execution = {
      request,
      options,
      safety: {
        task: task !== undefined,
        retryMaybeDelivered: task?.retryMaybeDelivered ?? true,
        idempotent: task?.idempotent ?? task === undefined,
      },
      progress: request.progress ?? newProgress(),
      tokenRefreshed: false,
    };
    try {
      const result = await retryUntilDone({
        policy: options.policy,
        random: options.random,
        remainingMs: call.remainingMs,
        sleep: call.sleep,
        attempt: () => attempt(execution),
        onRetry,
      });
      if (result.ok) return result.value;
      throw toA2AError(result.failure, errorContext(execution));
    } catch (error) {
      throw error instanceof TransportFailure ? interruptionError(error, execution) : error;
    }
  };
}

/** One attempt with the workspace's token, and another one with a better token when that was refused. */
async function attempt<T>(execution: Execution<T>): Promise<AttemptResult<T, Failure>> {
  const { call, once, workspace } = execution.request;
  const known = workspace.tokens.get();
  // A known token is used without a wait, which would cost a timer for each request.
  const token = known instanceof Promise ? await call.waitFor(known, TOKEN_SOURCE) : known;
  let result = await send(execution, token);
  if (isTokenRefused(result) && !execution.tokenRefreshed) {
    execution.tokenRefreshed = true;
    result = await sendRefreshed(execution, token, result.failure);
  }
  if (result.ok) return result;
  const { failure } = result;
  return {
    ok: false,
    failure,
    retryable: failure.retryable && once !== true,
    hintMs: failure.retryAfterMs,
  };
}

/** Sends the request again with another token, or returns the refusal when there is none. */
async function sendRefreshed<T>(
  execution: Execution<T>,
  refusedToken: string | undefined,
  refusal: Failure,
): Promise<Result<T>> {
  const { call, workspace } = execution.request;
  const refreshed = await refreshToken(workspace.tokens, refusedToken, call);
  if (refreshed.token !== undefined) return send(execution, refreshed.token);
  return fail(withTokenSourceError(refusal, refreshed.error));
}

/** Makes one HTTP request and classifies what came of it. Rejects only when the call is cancelled. */
async function send<T>(execution: Execution<T>, token: string | undefined): Promise<Result<T>> {
  const { request, options, progress } = execution;
  const { method, body, workspace, pool, call, limitMs } = request;
  if (token !== undefined) progress.tokens.push(token);
  const headers = requestHeaders(workspace.id, token, options.tenant);
  if (body !== undefined) headers["content-type"] = "application/json";
  progress.attempts += 1;
  const number = progress.attempts;
  const startedMs = call.elapsedMs();
  const url = options.platformUrl + request.path;
  const response = options.http({ method, url, headers, body, pool, call, limitMs });
  const result = await response.then(request.classify, (error) =>
    classifyLostAttempt(execution, error, token),
  );
  if (!result.ok) {
    const { code, delivery, status, summary } = result.failure;
    progress.delivery = worseDelivery(progress.delivery, delivery);
    const elapsedMs = call.elapsedMs() - startedMs;
    const reason = toReason(summary, progress.tokens);
    // An attempt that ended while it waited for a connection is not counted: it made no request.
    if (number === progress.attempts) {
      request.onAttemptFailed?.({ attempt: number, code, delivery, reason, status, elapsedMs });
    }
  }
  return result;
}

/** Classifies an attempt without a complete response. Throws when the call was cancelled. */
function classifyLostAttempt<T>(
  execution: Execution<T>,
  error: unknown,
  token: string | undefined,
): Result<T> {
  if (!(error instanceof TransportFailure)) throw error;
  const { progress, safety, options } = execution;
  const wasSent = error.phase === "sent" || error.phase === "answered";
  if (token === undefined && wasSent) progress.unauthenticatedAttemptLost = true;
  if (error.phase === "waiting") progress.attempts -= 1;
  const failure = classifyFailure(error, options.platformUrl, safety);
  if (error.kind !== "cancelled") return fail(failure);
  progress.delivery = worseDelivery(progress.delivery, failure.delivery);
  throw error;
}

/** The error of a request that was cancelled, or whose budget ended between two attempts. */
function interruptionError<T>(failure: TransportFailure, execution: Execution<T>): unknown {
  const { request, options, safety } = execution;
  if (failure.kind !== "cancelled") {
    return toA2AError(classifyFailure(failure, options.platformUrl, safety), errorContext(execution));
  }
  const cancellation = request.call.cancellation();
  return cancellation?.by === "caller" ? cancellation.reason : closedError(errorContext(execution));
}

function errorContext<T>({ request, options, progress }: Execution<T>): ErrorContext {
  return {
    ...progress,
    elapsedMs: request.call.elapsedMs(),
    messageId: request.task?.messageId,
    idempotent: request.task?.idempotent ?? false,
    peerId: request.peerId,
    target: options.platformUrl + request.path,
  };
}
