import { TransportFailure } from "../failure";
import type { Gates } from "../recovery/gates";
import { type AttemptOptions, type RequestState, sendAttempt } from "./attempt";
import type { RetryPolicy } from "./backoff";
import { classifyFailure } from "./classify-failure";
import type { ExecuteRequest } from "./execute-request";
import { newProgress } from "./progress";
import { isAmbiguous, resolveAmbiguous } from "./refusal-check";
import { type Failure, fail, type Result } from "./result";
import { type AttemptResult, retryUntilDone } from "./retry";
import { closedError, type ErrorContext, toA2AError } from "./to-error";
import {
  isTokenRefused,
  refreshToken,
  TOKEN_SOURCE,
  withoutToken,
  withTokenSourceError,
} from "./token-refresh";

/**
 * Executes the request: with the workspace's token, one refresh of it after a 401, and retries within the budget.
 * Throws an A2AError, or the caller's own reason when the caller cancelled the call.
 */
export type Execute = <T>(request: ExecuteRequest<T>) => Promise<T>;

export interface ExecuteOptions extends AttemptOptions {
  policy: RetryPolicy;
  /** Whether a task that the platform has and has not answered in time is sent again. */
  retryTimeouts: boolean;
  random: () => number;
  /** `undefined` when the client wants none. */
  gates: Gates | undefined;
}

/** A request that is being executed. */
interface Execution<T> extends RequestState<T> {
  readonly options: ExecuteOptions;
  /** The token is refreshed once at most. */
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
        retryTimeouts: options.retryTimeouts,
        keyed: task?.keyed ?? false,
        hasPeer: request.peerId !== undefined,
      },
      progress: request.progress ?? newProgress(),
      tokenRefreshed: false,
    };
    try {
      const first = await attempt(execution);
      if (first.ok) return first.value;
      const result = await retryUntilDone(first, {
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
  const startedMs = call.elapsedMs();
  let result = await sendWhenUp(execution, token);
  if (isTokenRefused(result) && !execution.tokenRefreshed) {
    execution.tokenRefreshed = true;
    result = await sendRefreshed(execution, token, result.failure);
  }
  if (isAmbiguous(result)) result = await checkRefusal(execution, result, call.elapsedMs() - startedMs);
  if (result.ok) return result;
  const { failure } = result;
  return {
    ok: false,
    failure,
    retryable: failure.retryable && once !== true,
    hintMs: failure.retryAfterMs,
  };
}

/**
 * Makes the attempt as soon as platform and peer are not known to be down. Where another one finds them down meanwhile,
 * its failure is the result, and nothing is sent.
 */
async function sendWhenUp<T>(execution: Execution<T>, token: string | undefined): Promise<Result<T>> {
  const { request, options, progress } = execution;
  const { gates, allowance } = options;
  const { call, peerId, priority = "send" } = request;
  const allowed = allowance.acquire(priority, call);
  const notAllowed = allowed === undefined ? undefined : await allowed;
  if (notAllowed !== undefined) return fail(notAllowed);
  const entering = gates?.enter(peerId, call, priority === "beat");
  if (entering === undefined) {
    const startedAt = options.now();
    const result = await sendAttempt(execution, token);
    gates?.report(peerId, result, startedAt);
    return result;
  }
  const pass = await entering;
  if ("refused" in pass) {
    progress.notMade += 1;
    // The attempt of another request may have been delivered; this one was not made.
    return fail({ ...pass.refused, delivery: "not-sent", stillRunning: undefined, retryable: true });
  }
  let result: Result<T> | undefined;
  try {
    result = await sendAttempt({ ...execution, onConnected: pass.connected }, token);
    return result;
  } finally {
    pass.end(result);
  }
}

/** Sends the request again with another token, or returns the refusal when there is none. */
async function sendRefreshed<T>(
  execution: Execution<T>,
  refusedToken: string | undefined,
  refusal: Failure,
): Promise<Result<T>> {
  const { call, workspace } = execution.request;
  const refreshed = await refreshToken(workspace.tokens, refusedToken, call);
  if (refreshed.token !== undefined) return sendAttempt(execution, refreshed.token);
  const explained = refusedToken === undefined ? withoutToken(refusal, workspace.searched?.()) : refusal;
  return fail(withTokenSourceError(explained, refreshed.error));
}

/** Believes an ambiguous result only while the platform can read its database; else it is a failure of the platform. */
async function checkRefusal<T>(
  { request, options }: Execution<T>,
  result: Result<T>,
  elapsedMs: number,
): Promise<Result<T>> {
  const { call, workspace } = request;
  const record = await options.ownRecords.read(workspace, elapsedMs, call);
  return resolveAmbiguous(result, record, workspace.id);
}

/** The error of a request that was cancelled, or whose budget ended between two attempts. */
function interruptionError<T>(failure: TransportFailure, execution: Execution<T>): unknown {
  const { request, options, safety } = execution;
  if (failure.kind !== "cancelled") {
    return toA2AError(classifyFailure(failure, options.platformUrl, safety), errorContext(execution));
  }
  const cancelled = request.call.cancellation();
  return cancelled?.by === "caller" ? cancelled.reason : closedError(errorContext(execution));
}

function errorContext<T>({ request, options, progress }: Execution<T>): ErrorContext {
  return {
    ...progress,
    tokens: [...progress.tokens, ...request.workspace.secrets],
    elapsedMs: request.call.elapsedMs(),
    messageId: request.task?.messageId,
    keyed: request.task?.keyed ?? false,
    peerId: request.peerId,
    target: options.platformUrl + (request.path.split("?", 1)[0] ?? ""),
  };
}
