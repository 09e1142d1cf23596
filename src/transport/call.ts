import { A2AError } from "../errors";
import type { Clock } from "../runtime/clock";
import { onAbort } from "../runtime/signals";
import { formatDuration } from "../text/format";
import { type Phase, TransportFailure } from "./failure";

/**
 * One call of the client from its start to its end: how much time it has, and whether it was called off.
 * It waits for one thing at a time, so it has one place for what to do when it is called off.
 */
export interface Call {
  /** Milliseconds left of its budget, never below 0. */
  remainingMs(): number;
  elapsedMs(): number;
  /** True for work nobody waits for: it does not keep the process alive. */
  readonly background: boolean;
  /** Why it was called off: the caller's own reason, or the closing of the client. */
  cancelled(): Cancelled | undefined;
  /** What to do when it is called off; called at once when it already was. `undefined` clears it. */
  onCancel(callback: (() => void) | undefined): void;
  /** Waits for `promise`, named `what` for people, as long as the call lasts; then rejects with a TransportFailure. */
  waitFor<T>(promise: Promise<T>, what?: string): Promise<T>;
  /** Waits `ms` milliseconds; rejects when the call is called off meanwhile. */
  sleep(ms: number): Promise<void>;
  end(): void;
}

export interface Cancelled {
  readonly by: "caller" | "close";
  readonly reason: unknown;
}

/** The calls under way in one client. */
export interface Calls {
  /** Starts a call. Throws the signal's reason when it is aborted already, and `closed` after {@link close}. */
  begin(budgetMs: number, signal: AbortSignal | undefined, background?: boolean): Call;
  /** Calls off whatever is under way and waits until it has ended. */
  close(): Promise<void>;
}

// A linked list through the calls themselves: a Set costs a fifth of the throughput at high rates, by rehashing.
interface Link {
  previous: Link;
  next: Link;
  cancel(by: Cancelled["by"], reason: unknown): void;
}

export function createCalls(clock: Clock): Calls {
  const ring = { cancel: () => {} } as unknown as Link;
  ring.previous = ring;
  ring.next = ring;
  let closed = false;
  let onEmpty: (() => void) | undefined;

  function begin(budgetMs: number, signal: AbortSignal | undefined, background = false): Call {
    if (closed) throw closedError();
    if (signal?.aborted) throw signal.reason;
    const startedAt = clock.now();
    let cancelled: Cancelled | undefined;
    let interruption: (() => void) | undefined;

    const link: Link = {
      previous: ring.previous,
      next: ring,
      cancel(by, reason) {
        cancelled ??= { by, reason };
        const callback = interruption;
        interruption = undefined;
        callback?.();
      },
    };
    link.previous.next = link;
    ring.previous = link;
    const release = signal && onAbort(signal, (reason) => link.cancel("caller", reason));

    const setTimer = (callback: () => void, ms: number) => clock.setTimer(callback, ms, background);
    const call: Call = {
      background,
      cancelled: () => cancelled,
      remainingMs: () => Math.max(0, budgetMs - (clock.now() - startedAt)),
      elapsedMs: () => clock.now() - startedAt,
      onCancel(callback) {
        if (callback !== undefined && cancelled !== undefined) callback();
        else interruption = callback;
      },
      waitFor: (promise, what = "the wait") =>
        new Promise((resolve, reject) => {
          let over = false;
          // A promise that settles later must not clear what the call waits for by then.
          const end = (settle: () => void) => {
            if (over) return;
            over = true;
            stopTimer();
            call.onCancel(undefined);
            settle();
          };
          const stopTimer = setTimer(() => {
            end(() => reject(new TransportFailure("pool_timeout", "waiting", `${what} took too long`)));
          }, call.remainingMs());
          promise.then(
            (value) => end(() => resolve(value)),
            (error) => end(() => reject(error)),
          );
          call.onCancel(() => end(() => reject(cancelledFailure("waiting"))));
        }),
      sleep: (ms) =>
        new Promise((resolve, reject) => {
          const stopTimer = setTimer(() => {
            call.onCancel(undefined);
            resolve();
          }, ms);
          call.onCancel(() => {
            stopTimer();
            reject(cancelledFailure("waiting"));
          });
        }),
      end() {
        release?.();
        link.previous.next = link.next;
        link.next.previous = link.previous;
        if (closed && ring.next === ring) onEmpty?.();
      },
    };
    return call;
  }

  let closing: Promise<void> | undefined;
  return {
    begin,
    close() {
      closing ??= new Promise((resolve) => {
        closed = true;
        onEmpty = resolve;
        const underWay: Link[] = [];
        for (let link = ring.next; link !== ring; link = link.next) underWay.push(link);
        for (const link of underWay) link.cancel("close", undefined);
        if (ring.next === ring) resolve();
      });
      return closing;
    },
  };
}

export function cancelledFailure(phase: Phase): TransportFailure {
  return new TransportFailure("cancelled", phase, "the call was called off");
}

/** What a call that ended before its time rejects with: the caller's own reason, `closed`, or `timeout`. */
export function earlyEndError(call: Call, awaited: string): unknown {
  const cancelled = call.cancelled();
  if (cancelled?.by === "caller") return cancelled.reason;
  if (cancelled !== undefined) return closedError();
  const elapsedMs = Math.round(call.elapsedMs());
  const message = `${awaited} did not come within ${formatDuration(elapsedMs)}. Try again later.`;
  return new A2AError({ code: "timeout", message, retryable: true, elapsedMs });
}

function closedError(): A2AError {
  return new A2AError({ code: "closed", message: "This client is closed. Create a new one to go on." });
}
