import { afterPoll } from "../../runtime/after-poll";
import type { Clock } from "../../runtime/clock";

/** What is watched, and for how long. */
export interface TimeoutOptions {
  clock: Clock;
  /** The whole request, in milliseconds. */
  totalMs: number;
  /** Its first step, in milliseconds. */
  stepMs: number;
  /** The timer does not keep the process alive. */
  background: boolean;
  /** Bytes read so far: while more arrive, nothing is over. */
  bytesRead(): number;
  /** Called once, with the limit that is over. */
  onTimeout(limit: "total" | "step"): void;
}

/** The limits in time of one request. */
export interface Timeouts {
  readonly options: TimeoutOptions;
  /** End of the whole request, on the clock. */
  readonly totalAt: number;
  /** End of the present step, on the clock. */
  stepAt: number;
  armedFor: number;
  stopTimer: (() => void) | undefined;
  isStopped: boolean;
}

/** Timers may fire a little before their time. */
const TOLERANCE_MS = 1;

/** An answer that arrives piece by piece is looked for this often after its limit; an endless one is not waited for. */
const MAX_LOOKS = 32;

/**
 * Watches the limit of the whole request and that of its present step with one timer: most requests end long before
 * any limit, and a timer armed and disarmed at each step would cost more than the rest of the bookkeeping. When a
 * limit strikes, the sockets are read once more before it counts.
 */
export function startTimeouts(options: TimeoutOptions): Timeouts {
  const now = options.clock.now();
  const timeouts: Timeouts = {
    options,
    totalAt: now + options.totalMs,
    stepAt: now + options.stepMs,
    armedFor: 0,
    stopTimer: undefined,
    isStopped: false,
  };
  arm(timeouts, now);
  return timeouts;
}

/** Sets the limit of the present step, from now on; `undefined` for a step without one of its own. */
export function setStepLimit(timeouts: Timeouts, limitMs: number | undefined): void {
  if (limitMs === undefined) {
    timeouts.stepAt = Number.POSITIVE_INFINITY;
    return;
  }
  const now = timeouts.options.clock.now();
  timeouts.stepAt = now + limitMs;
  // The timer that is armed looks again when it fires; only a limit before it needs another.
  if (timeouts.isStopped || timeouts.stepAt >= timeouts.armedFor) return;
  timeouts.stopTimer?.();
  arm(timeouts, now);
}

export function stopTimeouts(timeouts: Timeouts): void {
  timeouts.isStopped = true;
  timeouts.stopTimer?.();
}

function arm(timeouts: Timeouts, now: number): void {
  const { clock, background } = timeouts.options;
  timeouts.armedFor = Math.min(timeouts.totalAt, timeouts.stepAt);
  timeouts.stopTimer = clock.setTimer(() => check(timeouts), timeouts.armedFor - now, background);
}

function check(timeouts: Timeouts): void {
  const now = timeouts.options.clock.now();
  if (findLimitOver(timeouts, now) === undefined) arm(timeouts, now);
  else lookAgain(timeouts, 1, timeouts.options.bytesRead());
}

function lookAgain(timeouts: Timeouts, looks: number, bytesBefore: number): void {
  const { clock, bytesRead, onTimeout } = timeouts.options;
  afterPoll(() => {
    if (timeouts.isStopped) return;
    const now = clock.now();
    const limit = findLimitOver(timeouts, now);
    if (limit === undefined) arm(timeouts, now);
    else if (looks < MAX_LOOKS && bytesRead() > bytesBefore) lookAgain(timeouts, looks + 1, bytesRead());
    else onTimeout(limit);
  });
}

function findLimitOver({ totalAt, stepAt }: Timeouts, now: number): "total" | "step" | undefined {
  if (now >= totalAt - TOLERANCE_MS) return "total";
  return now >= stepAt - TOLERANCE_MS ? "step" : undefined;
}
