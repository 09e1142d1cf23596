import { type A2AError, type A2AErrorCode, type Delivery, isA2AError } from "../../errors";
import { requestHeaders, type TenantHeaders } from "../../identity/headers";
import type { Workspace } from "../../identity/workspaces";
import type { Call } from "../call";
import { type Phase, TransportFailure } from "../failure";
import type { Http } from "../http/http";
import type { Pool } from "../http/pool";
import type { HttpResponse } from "../response";
import type { RetryPolicy } from "./backoff";
import { classifyFailure } from "./classify-failure";
import type { Failure, Result } from "./result";
import { type AttemptResult, retryUntilDone } from "./retry";
import { closedError, toA2AError, toReason } from "./to-error";

/** One logical request of the client to the platform. */
export interface ExecuteRequest<T> {
  method: "GET" | "POST";
  /** Path below the platform URL, already safe. */
  path: string;
  /** JSON text, made once for all attempts. */
  body?: string | undefined;
  workspace: Workspace;
  pool: Pool;
  call: Call;
  /** One attempt, in milliseconds; the call's own budget ends it too. */
  limitMs: number;
  /** Set for a request that gives a peer something to do. */
  task?: { messageId?: string; retryMaybeDelivered: boolean; idempotent?: boolean } | undefined;
  peerId?: string | undefined;
  /** Filled while the request is made, for callers who want to know also when it is called off. */
  progress?: Progress | undefined;
  /** Makes one attempt only, beside the one after a refreshed token. */
  once?: boolean | undefined;
  classify(answer: HttpResponse): Result<T>;
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
 * Makes the request until it is answered for good: with the workspace's token, one refresh of it after a 401, the
 * attempts and the budget. Throws an A2AError, or the caller's own reason when the caller called it off.
 */
export type Execute = <T>(request: ExecuteRequest<T>) => Promise<T>;

export interface ExecuteOptions {
  platformUrl: string;
  tenant: TenantHeaders;
  policy: RetryPolicy;
  random: () => number;
  http: Http;
}

/** What has become of a request so far, over all its attempts. */
export interface Progress {
  attempts: number;
  /** The worst of all attempts: one that may have arrived is not undone by a later one that did not. */
  delivery: Delivery;
  /** Every token used, so that none of them can show up in an error. */
  tokens: string[];
  /** An attempt that showed no token went out and was not answered: what its answer brought, nobody has. */
  unauthenticatedAttemptLost: boolean;
}

export const newProgress = (): Progress => ({
  attempts: 0,
  delivery: "not-sent",
  tokens: [],
  unauthenticatedAttemptLost: false,
});

export function createExecute({ platformUrl, tenant, policy, random, http }: ExecuteOptions): Execute {
  return async function exchange<T>(request: ExecuteRequest<T>) {
    const { method, body, workspace, pool, call, limitMs, task } = request;
    const target = platformUrl + request.path;
    const carried = {
      task: task !== undefined,
      retryMaybeDelivered: task?.retryMaybeDelivered ?? true,
      idempotent: task?.idempotent ?? task === undefined,
    };
    const progress = request.progress ?? newProgress();
    let mayRefresh = true;

    async function send(token: string | undefined): Promise<Result<T>> {
      if (token !== undefined) progress.tokens.push(token);
      const headers = requestHeaders(workspace.id, token, tenant);
      if (body !== undefined) headers["content-type"] = "application/json";
      progress.attempts += 1;
      const attempt = progress.attempts;
      const startedMs = call.elapsedMs();
      const answering = http({ method, url: target, headers, body, pool, call, limitMs });
      const verdict = await answering.then(request.classify, (error) => judgeFailure(error, token));
      if (!verdict.ok) {
        const { code, delivery, status, summary } = verdict.failure;
        progress.delivery = worse(progress.delivery, delivery);
        const elapsedMs = call.elapsedMs() - startedMs;
        const reason = toReason(summary, progress.tokens);
        // One that ended in the queue made no request.
        if (attempt === progress.attempts) {
          request.onAttemptFailed?.({ attempt, code, delivery, reason, status, elapsedMs });
        }
      }
      return verdict;
    }

    function judgeFailure(error: unknown, token: string | undefined): Result<T> {
      if (!(error instanceof TransportFailure)) throw error;
      if (token === undefined && WENT_OUT.has(error.phase)) progress.unauthenticatedAttemptLost = true;
      if (error.phase === "waiting") progress.attempts -= 1;
      const failure = classifyFailure(error, platformUrl, carried);
      if (error.kind !== "cancelled") return { ok: false, failure };
      progress.delivery = worse(progress.delivery, failure.delivery);
      throw error;
    }

    async function attempt(): Promise<AttemptResult<T, Failure>> {
      const token = await settled(call, workspace.tokens.get());
      let verdict = await send(token);
      if (
        mayRefresh &&
        !verdict.ok &&
        verdict.failure.code === "unauthorized" &&
        verdict.failure.status === 401
      ) {
        mayRefresh = false;
        // A source that fails now leaves the platform's refusal as the better explanation.
        let trouble: unknown;
        const refreshing = workspace.tokens.refresh(token).catch((error: unknown) => {
          trouble = error;
          return undefined;
        });
        const better = await call.waitFor(refreshing, TOKEN_SOURCE).catch((error: unknown) => {
          // The platform's refusal explains more than that the time was over while its remedy was looked for.
          if (!(error instanceof TransportFailure) || error.kind === "cancelled") throw error;
          return undefined;
        });
        if (better !== undefined) verdict = await send(better);
        else if (isA2AError(trouble)) verdict = { ok: false, failure: withTrouble(verdict.failure, trouble) };
      }
      if (verdict.ok) return verdict;
      const { failure } = verdict;
      const retryable = failure.retryable && request.once !== true;
      return { ok: false, failure, retryable: retryable, hintMs: failure.retryAfterMs };
    }

    const context = () => ({
      ...progress,
      elapsedMs: call.elapsedMs(),
      messageId: task?.messageId,
      idempotent: task?.idempotent ?? false,
      peerId: request.peerId,
      target,
    });
    try {
      const { remainingMs, sleep } = call;
      const result = await retryUntilDone({
        policy,
        random,
        remainingMs,
        sleep,
        attempt,
        onRetry: request.onRetry,
      });
      if (result.ok) return result.value;
      throw toA2AError(result.failure, context());
    } catch (error) {
      if (!(error instanceof TransportFailure)) throw error;
      if (error.kind !== "cancelled")
        throw toA2AError(classifyFailure(error, platformUrl, carried), context());
      const cancelled = call.cancelled();
      if (cancelled?.by === "caller") throw cancelled.reason;
      throw closedError(context());
    }
  };
}

const WENT_OUT: ReadonlySet<Phase> = new Set(["sent", "answered"]);

const TOKEN_SOURCE = "the token source";

function settled<T>(call: Call, value: T | Promise<T>): T | Promise<T> {
  return value instanceof Promise ? call.waitFor(value, TOKEN_SOURCE) : value;
}

function withTrouble(failure: Failure, trouble: A2AError): Failure {
  return { ...failure, advice: `${trouble.message} ${failure.advice ?? ""}`.trim() };
}

const SEVERITY: readonly Delivery[] = ["not-sent", "maybe", "confirmed"];
const worse = (a: Delivery, b: Delivery): Delivery => (SEVERITY.indexOf(a) > SEVERITY.indexOf(b) ? a : b);
