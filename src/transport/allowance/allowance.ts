import type { Clock } from "../../runtime/clock";
import type { Call } from "../call";
import { createWaiterQueue, type Waiter, type WaiterQueue } from "../http/waiters";
import type { Failure } from "../request/result";
import type { ResponseHead } from "../response";
import { createBeatRate } from "./beat-rate";
import { parseRateLimit } from "./rate-limit";

/** What a request is for, the most urgent first. */
export const PRIORITIES = ["beat", "reply", "send", "poll", "enrich"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Share of the limit that a request leaves to those before it, beside what the beats will need. */
const SHARE_LEFT: Readonly<Record<Priority, number>> = {
  beat: 0,
  reply: 0,
  send: 0.02,
  poll: 0.08,
  enrich: 0.2,
};

/**
 * Length of the platform's window, in milliseconds, until a response says when it ends; and the longest wait that a
 * refusal is believed: whoever is in front of a platform may ask for a day.
 */
const WINDOW_MS = 60_000;
/**
 * How long after the reset the others go on where nobody says how much there is to share, in milliseconds: the beat
 * that was refused is repeated within two seconds of the reset.
 */
const BEAT_FIRST_MS = 3000;
/** Requests that waited go on within this time after the end of a window, so that processes spread. */
const SPREAD_MS = 500;

/**
 * The requests that a platform allows this address until its rate limit is reset, as far as its responses tell. Beats
 * never wait for it; the others leave enough for them, and wait for the reset in the order of their priorities.
 */
export interface Allowance {
  /**
   * Takes one request from the allowance. `undefined` when it may be made at once. Resolves to a failure when the
   * budget of the call ends before the reset. Rejects like `call.waitFor`.
   */
  acquire(priority: Priority, call: Call): Promise<Failure | undefined> | undefined;
  /**
   * Takes one request from the allowance for a request that does not wait. `undefined` when it may be made at once, else
   * the milliseconds until the reset.
   */
  tryAcquire(priority: Exclude<Priority, "beat">): number | undefined;
  /** Reads the rate limit in the headers of the response to a request that was begun at `startedAt`, on the clock. */
  learn(response: ResponseHead, startedAt: number): void;
  /** Takes a refusal by the rate limit, which asks to wait for `retryAfterMs` milliseconds. */
  refused(retryAfterMs: number): void;
  /** Ends its timer. Nobody may wait for it any more. */
  stop(): void;
}

export interface AllowanceOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Called once in each window in which a request has to wait. */
  onUsedUp(used: { limit: number; resetInMs: number }): void;
}

interface AllowanceState {
  /** Requests in a window; `undefined` until a response has told it, and where there is no limit. */
  limit: number | undefined;
  remaining: number;
  /** End of the window, on the clock. */
  resetAt: number;
  /** How long after the end of the window the next one begins for all but beats, in milliseconds. */
  graceMs: number;
  /** When a request was refused last. */
  refusedAt: number;
  /** True when a response has said when the window ends. */
  isResetTold: boolean;
  isReported: boolean;
  readonly waiting: Readonly<Record<Priority, WaiterQueue>>;
  stopTimer: (() => void) | undefined;
}

export function createAllowance(options: AllowanceOptions): Allowance {
  const { clock } = options;
  const beats = createBeatRate(clock.now);
  const state: AllowanceState = {
    limit: undefined,
    remaining: Number.POSITIVE_INFINITY,
    resetAt: Number.NEGATIVE_INFINITY,
    graceMs: 0,
    refusedAt: Number.NEGATIVE_INFINITY,
    isResetTold: false,
    isReported: false,
    waiting: {
      beat: createWaiterQueue(),
      reply: createWaiterQueue(),
      send: createWaiterQueue(),
      poll: createWaiterQueue(),
      enrich: createWaiterQueue(),
    },
    stopTimer: undefined,
  };

  /** Requests that are left for this priority. */
  function available(priority: Priority): number {
    const { limit = 0, remaining, resetAt } = state;
    const share = Number.isFinite(limit) ? Math.floor(SHARE_LEFT[priority] * limit) : 0;
    return remaining - share - beats.expectedWithin(resetAt - clock.now());
  }

  /** Lets those go on that may, the most urgent first. */
  function release(): void {
    state.stopTimer?.();
    state.stopTimer = undefined;
    startWindow(state, clock.now());
    for (const priority of PRIORITIES) {
      while (available(priority) > 0) {
        const waiter = state.waiting[priority].dequeue();
        if (waiter === undefined) break;
        state.remaining -= 1;
        waiter.proceed?.();
      }
    }
    if (isAnyoneWaiting(state)) schedule();
  }

  function schedule(): void {
    // What waits keeps the process alive, where it has to.
    state.stopTimer ??= clock.setTimer(release, opensInMs() + SPREAD_MS * options.random(), true);
  }

  const opensInMs = (): number => Math.max(0, state.resetAt + state.graceMs - clock.now());

  /** Takes one request, if this priority may go on now. */
  function take(priority: Priority): boolean {
    startWindow(state, clock.now());
    if (priority !== "beat" && (available(priority) <= 0 || isWaitingBefore(state, priority))) return false;
    state.remaining -= 1;
    return true;
  }

  async function wait(priority: Priority, call: Call): Promise<undefined> {
    const waiter: Waiter = { assigned: false };
    state.waiting[priority].enqueue(waiter);
    const turn = new Promise<void>((resolve) => {
      waiter.proceed = resolve;
    });
    schedule();
    try {
      await call.waitFor(turn, "The reset of the platform's rate limit");
    } finally {
      delete waiter.proceed;
    }
  }

  return {
    acquire(priority, call) {
      if (priority === "beat") beats.count();
      if (state.limit === undefined || take(priority)) return undefined;
      const resetInMs = Math.max(0, state.resetAt - clock.now());
      if (!state.isReported) options.onUsedUp({ limit: state.limit, resetInMs });
      state.isReported = true;
      if (opensInMs() + SPREAD_MS < call.remainingMs()) return wait(priority, call);
      return resetInMs === 0 ? undefined : Promise.resolve(usedUpFailure(state.limit, resetInMs));
    },
    tryAcquire: (priority) =>
      state.limit === undefined || take(priority) ? undefined : opensInMs() + SPREAD_MS * options.random(),
    learn(response, startedAt) {
      const told = parseRateLimit(response);
      if (told !== undefined && told !== "unlimited") return mergeTold(state, told, clock.now());
      if (told === "unlimited" || isOver(state, response, startedAt)) {
        state.limit = undefined;
        state.remaining = Number.POSITIVE_INFINITY;
        if (isAnyoneWaiting(state)) release();
      }
    },
    refused(retryAfterMs) {
      // Whoever refuses may say nothing but when to come again.
      state.limit ??= Number.POSITIVE_INFINITY;
      state.remaining = 0;
      state.refusedAt = clock.now();
      if (state.isResetTold) return;
      state.resetAt = clock.now() + Math.min(retryAfterMs, WINDOW_MS);
      state.graceMs = beats.expectedWithin(WINDOW_MS) === 0 ? 0 : BEAT_FIRST_MS;
    },
    stop() {
      state.stopTimer?.();
      state.stopTimer = undefined;
    },
  };
}

/** True when a limit of unknown size is no longer in force: a request was taken that began after the last refusal. */
function isOver({ limit, refusedAt }: AllowanceState, { status }: ResponseHead, startedAt: number): boolean {
  return limit === Number.POSITIVE_INFINITY && status !== 429 && startedAt > refusedAt;
}

/** Begins a new window once the old one is over. */
function startWindow(state: AllowanceState, now: number): void {
  if (state.limit === undefined || now < state.resetAt + state.graceMs) return;
  state.remaining = state.limit;
  state.graceMs = 0;
  state.resetAt = now + WINDOW_MS;
  state.isResetTold = false;
  state.isReported = false;
}

/** Takes what a response says. Responses come in any order, so within one window the lowest number counts. */
function mergeTold(
  state: AllowanceState,
  told: { limit: number; remaining: number; resetMs: number },
  now: number,
): void {
  const resetAt = now + Math.min(told.resetMs, WINDOW_MS);
  const isNewWindow = !state.isResetTold || now >= state.resetAt;
  if (isNewWindow) state.isReported = false;
  state.limit = told.limit;
  state.remaining = isNewWindow ? told.remaining : Math.min(state.remaining, told.remaining);
  // Whole seconds, rounded up: the earliest that was said is nearest to the truth.
  state.resetAt = isNewWindow ? resetAt : Math.min(state.resetAt, resetAt);
  state.isResetTold = true;
  state.graceMs = 0;
}

const isAnyoneWaiting = ({ waiting }: AllowanceState): boolean =>
  PRIORITIES.some((priority) => waiting[priority].peek() !== undefined);

/** True when one of the same or a higher priority waits already. */
function isWaitingBefore({ waiting }: AllowanceState, priority: Priority): boolean {
  const before = PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1);
  return before.some((each) => waiting[each].peek() !== undefined);
}

function usedUpFailure(limit: number, resetInMs: number): Failure {
  const rate = Number.isFinite(limit) ? ` (${limit} for this address)` : "";
  return {
    code: "rate_limited",
    summary: `The requests that the platform allows until the reset of its rate limit${rate} are used up, but for those that beats need`,
    advice: "Clients behind one address share them.",
    delivery: "not-sent",
    retryable: true,
    retryAfterMs: Math.ceil(resetInMs),
  };
}
