import type { ClientRequest, IncomingMessage } from "node:http";
import type { Clock } from "../../runtime/clock";
import { cancelledFailure } from "../call";
import { type FailureKind, type Phase, TransportFailure, toTransportFailure } from "../failure";
import { type AttemptLimits, type HttpResponse, isSuccess } from "../response";
import { getStatus, toHttpResponse } from "./node-response";
import { startTimeouts, type Timeouts } from "./timeouts";

/** Limit until a connection is established, TLS included. */
const CONNECT_TIMEOUT_MS = 30_000;
/** Limit from then until the whole request is handed to the kernel. */
const WRITE_TIMEOUT_MS = 30_000;

/** One request over `node:http` from its start until it has settled. */
export interface NodeAttempt {
  readonly limits: AttemptLimits;
  readonly timeouts: Timeouts;
  phase: Phase;
  request: ClientRequest | undefined;
  /** Set once the head of the response is here. */
  response: IncomingMessage | undefined;
  /** True once the attempt has a result; what happens afterwards is ignored. */
  settled: boolean;
  resolve(response: HttpResponse): void;
  reject(failure: TransportFailure): void;
}

/** Starts the time limits of an attempt and listens for the cancellation of its call, which may settle it at once. */
export function startAttempt(
  limits: AttemptLimits,
  clock: Clock,
  resolve: NodeAttempt["resolve"],
  reject: NodeAttempt["reject"],
): NodeAttempt {
  const attempt: NodeAttempt = {
    limits,
    timeouts: startTimeouts(clock, limits.limitMs, CONNECT_TIMEOUT_MS, limits.background, (limit) =>
      failByTimeout(attempt, limit),
    ),
    phase: "connecting",
    request: undefined,
    response: undefined,
    settled: false,
    resolve,
    reject,
  };
  limits.onCancel(() => fail(attempt, cancelledFailure(attempt.phase)));
  return attempt;
}

/** Enters the phase in which the request may have left, with the limit for writing it. */
export function markConnected(attempt: NodeAttempt): void {
  if (attempt.settled) return;
  attempt.phase = "sent";
  attempt.timeouts.step(attempt.request?.writableFinished ? undefined : WRITE_TIMEOUT_MS);
}

/** Ends the limit for writing the request. */
export function markWritten(attempt: NodeAttempt): void {
  if (attempt.phase === "sent") attempt.timeouts.step(undefined);
}

export function succeed(attempt: NodeAttempt, response: HttpResponse): void {
  if (settle(attempt)) attempt.resolve(response);
}

/**
 * Rejects the attempt and destroys its connection. A response that is no success resolves it nevertheless: its status
 * says enough without the body.
 */
function fail(attempt: NodeAttempt, failure: TransportFailure): void {
  if (!settle(attempt)) return;
  attempt.request?.destroy();
  const { response } = attempt;
  if (response !== undefined && !isSuccess(getStatus(response)) && failure.kind !== "cancelled") {
    attempt.resolve({ ...toHttpResponse(response, ""), truncated: true });
  } else {
    attempt.reject(failure);
  }
}

export function failWith(attempt: NodeAttempt, kind: FailureKind, message: string): void {
  const { phase, response } = attempt;
  fail(attempt, new TransportFailure(kind, phase, message, response && getStatus(response)));
}

export function failFrom(attempt: NodeAttempt, error: unknown): void {
  const { phase, response } = attempt;
  fail(attempt, toTransportFailure(error, phase, response && getStatus(response)));
}

function failByTimeout(attempt: NodeAttempt, limit: "total" | "step"): void {
  const withinMs = Math.round(limit === "total" ? attempt.limits.limitMs : CONNECT_TIMEOUT_MS);
  if (attempt.phase === "connecting") {
    failWith(attempt, "connect_timeout", `no connection within ${withinMs} ms`);
  } else if (limit === "total") {
    failWith(attempt, "read_timeout", `no complete answer within ${withinMs} ms`);
  } else {
    failWith(attempt, "write_timeout", `the request could not be sent within ${WRITE_TIMEOUT_MS} ms`);
  }
}

/** Returns true for the first of all results, which is the only one that counts. */
function settle(attempt: NodeAttempt): boolean {
  if (attempt.settled) return false;
  attempt.settled = true;
  attempt.timeouts.stop();
  attempt.limits.onCancel(undefined);
  return true;
}
