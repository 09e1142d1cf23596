import type { ClientRequest, IncomingMessage } from "node:http";
import type { Clock } from "../../runtime/clock";
import { cancelledFailure } from "../call";
import { type FailureKind, type Phase, TransportFailure, toTransportFailure } from "../failure";
import { type AttemptLimits, type HttpResponse, isSuccess, LEFT_OPEN_MS } from "../response";
import { type BodyReader, getStatus, toHttpResponse } from "./node-response";
import { setStepLimit, startTimeouts, stopTimeouts, type Timeouts } from "./timeouts";

/** Limit until a connection is established, TLS included. */
export const CONNECT_TIMEOUT_MS = 30_000;
/** Limit from then until the whole request is handed to the kernel. */
const WRITE_TIMEOUT_MS = 30_000;
/** Limit for the body of a response that is no success: it only explains the status. */
const ERROR_BODY_TIMEOUT_MS = 3000;

/** One request over `node:http` from its start until it has settled. */
export interface NodeAttempt {
  readonly limits: AttemptLimits;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  /** `undefined` until there is a socket to look at: nobody knows how far the request came. */
  phase: Phase | undefined;
  request: ClientRequest | undefined;
  /** True once a socket was handed over, which tells by its end when the connection is free. */
  hasSocket: boolean;
  /** Called when the connection is free; `undefined` once it was. */
  onConnectionFree: (() => void) | undefined;
  /** Set once the head of the response is here. */
  response: IncomingMessage | undefined;
  body: BodyReader | undefined;
  /** True once the attempt has a result; what happens afterwards is ignored. */
  settled: boolean;
  resolve(response: HttpResponse): void;
  reject(failure: TransportFailure): void;
}

/** Starts the time limits of an attempt and listens for the cancellation of its call, which may settle it at once. */
export function startAttempt(
  limits: AttemptLimits,
  clock: Clock,
  onConnectionFree: () => void,
  resolve: NodeAttempt["resolve"],
  reject: NodeAttempt["reject"],
): NodeAttempt {
  const attempt: NodeAttempt = {
    limits,
    timeouts: startTimeouts({
      clock,
      totalMs: limits.limitMs,
      stepMs: CONNECT_TIMEOUT_MS,
      background: limits.background,
      bytesRead: () => attempt.request?.socket?.bytesRead ?? 0,
      onTimeout: (limit) => failByTimeout(attempt, limit),
    }),
    clock,
    phase: undefined,
    request: undefined,
    hasSocket: false,
    onConnectionFree,
    response: undefined,
    body: undefined,
    settled: false,
    resolve,
    reject,
  };
  limits.onCancel(() => fail(attempt, cancelledFailure(getPhase(attempt))));
  return attempt;
}

/**
 * How far the request came, as far as is known. Before it is opened nothing has left; without a socket to look at it
 * counts as sent.
 */
function getPhase({ phase, request }: NodeAttempt): Phase {
  return phase ?? (request === undefined ? "connecting" : "sent");
}

/** Enters the phase in which the request may have left, with the limit for writing it. */
export function markConnected(attempt: NodeAttempt): void {
  if (attempt.settled || attempt.phase === "answered") return;
  attempt.phase = "sent";
  attempt.limits.onConnected?.();
  setStepLimit(attempt.timeouts, attempt.request?.writableFinished ? undefined : WRITE_TIMEOUT_MS);
}

/** Ends the limit for writing the request. */
export function markWritten(attempt: NodeAttempt): void {
  if (attempt.phase === "sent") setStepLimit(attempt.timeouts, undefined);
}

/** Enters the phase in which the head of the response is here, with the limit for an explanation that may follow. */
export function markAnswered(attempt: NodeAttempt, response: IncomingMessage): void {
  attempt.phase = "answered";
  attempt.response = response;
  setStepLimit(attempt.timeouts, isSuccess(getStatus(response)) ? undefined : ERROR_BODY_TIMEOUT_MS);
}

export function succeed(attempt: NodeAttempt, incoming: IncomingMessage, text: string): void {
  if (!settle(attempt)) return;
  // A connection whose request is not out, or whose response is not read to its end, can carry no other.
  if (!attempt.request?.writableFinished || !incoming.complete) attempt.request?.destroy();
  attempt.resolve(toHttpResponse(incoming, text));
}

/**
 * Rejects the attempt and destroys its connection, unless it is to be left open. A response that is no success resolves it nevertheless: its status
 * says enough without the body.
 */
function fail(attempt: NodeAttempt, failure: TransportFailure): void {
  if (!settle(attempt)) return;
  if (isLeftOpen(attempt, failure)) leaveOpen(attempt);
  else attempt.request?.destroy();
  const { response } = attempt;
  if (response !== undefined && !isSuccess(getStatus(response)) && failure.kind !== "cancelled") {
    attempt.resolve({ ...toHttpResponse(response, attempt.body?.partialText() ?? ""), truncated: true });
  } else {
    attempt.reject(failure);
  }
}

/** True for a complete request that is not answered yet: one that is cut off inside is never run. */
function isLeftOpen({ limits, phase, request }: NodeAttempt, { kind }: TransportFailure): boolean {
  if (phase !== "sent" || request?.writableFinished !== true || request.destroyed) return false;
  return (kind === "cancelled" || kind === "read_timeout") && limits.mayLeaveOpen?.() === true;
}

function leaveOpen({ request, clock }: NodeAttempt): void {
  const stopTimer = clock.setTimer(() => request?.destroy(), LEFT_OPEN_MS, true);
  request?.once("close", stopTimer);
  // Nobody waits for it, so it does not keep the process alive.
  request?.socket?.unref();
}

export function failWith(attempt: NodeAttempt, kind: FailureKind, message: string): void {
  const { response } = attempt;
  const phase = getPhase(attempt);
  fail(attempt, new TransportFailure(kind, phase, message, response && getStatus(response)));
}

export function failFrom(attempt: NodeAttempt, error: unknown): void {
  const { response } = attempt;
  // Without a socket the code of the error may still tell that no connection came about.
  const phase = attempt.phase ?? (attempt.request === undefined ? "connecting" : undefined);
  const reused = attempt.request?.reusedSocket;
  fail(attempt, toTransportFailure(error, phase, response && getStatus(response), reused));
}

function failByTimeout(attempt: NodeAttempt, limit: "total" | "step"): void {
  const withinMs = Math.round(limit === "total" ? attempt.limits.limitMs : CONNECT_TIMEOUT_MS);
  if (attempt.phase === "connecting") {
    failWith(attempt, "connect_timeout", `no connection within ${withinMs} ms`);
  } else if (attempt.phase === "sent" && !attempt.request?.writableFinished) {
    const writeMs = limit === "total" ? withinMs : WRITE_TIMEOUT_MS;
    failWith(attempt, "write_timeout", `the request could not be sent within ${writeMs} ms`);
  } else {
    failWith(attempt, "read_timeout", `no complete answer within ${withinMs} ms`);
  }
}

/** Returns true for the first of all results, which is the only one that counts. */
function settle(attempt: NodeAttempt): boolean {
  if (attempt.settled) return false;
  attempt.settled = true;
  stopTimeouts(attempt.timeouts);
  attempt.limits.onCancel(undefined);
  // A request that is destroyed before it has a socket does not report its end.
  if (!attempt.hasSocket) freeConnection(attempt);
  return true;
}

/** Says that the connection is free; every further call does nothing. */
export function freeConnection(attempt: NodeAttempt): void {
  const { onConnectionFree } = attempt;
  attempt.onConnectionFree = undefined;
  onConnectionFree?.();
}
