import { A2AError } from "../errors";
import { afterPoll } from "../runtime/after-poll";
import type { Clock } from "../runtime/clock";
import { formatDuration } from "../text/format";
import { type Phase, TransportFailure } from "./failure";

/**
 * The time budget and the cancellation of one call of the client. A call waits for one thing at a time, so it has a
 * single callback for its cancellation.
 */
export interface Call {
  /** Milliseconds left of the budget, never below 0. */
  remainingMs(): number;
  elapsedMs(): number;
  /** True for background work: it does not keep the process alive. */
  readonly background: boolean;
  /** Who cancelled the call and why; `undefined` while nobody has. */
  cancellation(): Cancellation | undefined;
  /** Sets the callback for the cancellation, called at once after one; `undefined` removes it. */
  onCancel(callback: (() => void) | undefined): void;
  /**
   * Waits for `promise` until the budget is spent. Rejects with a TransportFailure then (`what` names the promise in
   * its message), and when the call is cancelled.
   */
  waitFor<T>(promise: Promise<T>, what?: string): Promise<T>;
  /**
   * Waits `ms` milliseconds, or until `early` resolves; it must not reject. Rejects with a TransportFailure when the
   * call is cancelled.
   */
  sleep(ms: number, early?: Promise<void>): Promise<void>;
  /** Ends the call; required for each call. */
  end(): void;
}

export interface Cancellation {
  readonly by: "caller" | "close";
  /** The reason of the caller's signal; `undefined` for the closing of the client. */
  readonly reason: unknown;
}

/** A call and the function that cancels it; the first cancellation counts. */
export interface StartedCall {
  readonly call: Call;
  cancel(cancellation: Cancellation): void;
}

interface CallState {
  readonly clock: Clock;
  readonly startedAt: number;
  readonly budgetMs: number;
  readonly background: boolean;
  cancellation: Cancellation | undefined;
  onCancel: (() => void) | undefined;
}

/** Starts the budget of a call, in milliseconds. `onEnd` is called when the call ends. */
export function startCall(
  clock: Clock,
  budgetMs: number,
  background: boolean,
  onEnd: () => void,
): StartedCall {
  const state: CallState = {
    clock,
    startedAt: clock.now(),
    budgetMs,
    background,
    cancellation: undefined,
    onCancel: undefined,
  };
  const call: Call = {
    background,
    cancellation: () => state.cancellation,
    remainingMs: () => Math.max(0, budgetMs - elapsedMs(state)),
    elapsedMs: () => elapsedMs(state),
    onCancel: (callback) => setOnCancel(state, callback),
    waitFor: (promise, what = "the wait") => waitFor(state, promise, what),
    sleep: (ms, early) => sleep(state, ms, early),
    end: onEnd,
  };
  return { call, cancel: (cancellation) => cancel(state, cancellation) };
}

const elapsedMs = ({ clock, startedAt }: CallState): number => clock.now() - startedAt;

function cancel(state: CallState, cancellation: Cancellation): void {
  state.cancellation ??= cancellation;
  const callback = state.onCancel;
  state.onCancel = undefined;
  callback?.();
}

function setOnCancel(state: CallState, callback: (() => void) | undefined): void {
  if (callback !== undefined && state.cancellation !== undefined) callback();
  else state.onCancel = callback;
}

function waitFor<T>(state: CallState, promise: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    let settled = false;
    // A promise that settles late must not remove the callback of what the call waits for by then.
    const settle = (apply: () => void) => {
      if (settled) return;
      settled = true;
      stopTimer();
      setOnCancel(state, undefined);
      apply();
    };
    const remainingMs = Math.max(0, state.budgetMs - elapsedMs(state));
    const giveUp = () =>
      settle(() => reject(new TransportFailure("pool_timeout", "waiting", `${what} took too long`)));
    // What has arrived while the process was busy is read before the time counts as over.
    const stopTimer = setTimer(state, remainingMs, () => afterPoll(giveUp));
    promise.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
    setOnCancel(state, () => settle(() => reject(cancelledFailure("waiting"))));
  });
}

function sleep(state: CallState, ms: number, early?: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let settled = false;
    // What resolves early after the end must not remove the callback of what the call waits for by then.
    const end = () => {
      if (settled) return;
      settled = true;
      stopTimer();
      setOnCancel(state, undefined);
      resolve();
    };
    const stopTimer = setTimer(state, ms, end);
    setOnCancel(state, () => {
      settled = true;
      stopTimer();
      reject(cancelledFailure("waiting"));
    });
    void early?.then(end);
  });
}

const setTimer = ({ clock, background }: CallState, ms: number, callback: () => void): (() => void) =>
  clock.setTimer(callback, ms, background);

/** The failure of an attempt whose call was cancelled. */
export function cancelledFailure(phase: Phase): TransportFailure {
  return new TransportFailure("cancelled", phase, "the call was called off");
}

/**
 * What a call rejects with that was cancelled or has spent its budget: the caller's own reason, `closed` or
 * `timeout`. `awaited` names in the message what the call has waited for.
 */
export function earlyEndError(call: Call, awaited: string): unknown {
  const cancellation = call.cancellation();
  if (cancellation?.by === "caller") return cancellation.reason;
  if (cancellation !== undefined) return clientClosedError();
  const elapsedMs = Math.round(call.elapsedMs());
  const message = `${awaited} did not come within ${formatDuration(elapsedMs)}. Try again later.`;
  return new A2AError({ code: "timeout", message, retryable: true, elapsedMs });
}

/** The error of a call on a closed client. */
export function clientClosedError(): A2AError {
  return new A2AError({ code: "closed", message: "This client is closed. Create a new one to go on." });
}
