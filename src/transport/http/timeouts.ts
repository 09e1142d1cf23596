import { afterPoll } from "../../runtime/after-poll";
import type { Clock } from "../../runtime/clock";

/** The limits in time of one request. */
export interface Timeouts {
  /** Sets the limit of the present step, from now on; `undefined` for a step without one of its own. */
  step(limitMs: number | undefined): void;
  stop(): void;
}

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
  const { clock, totalMs, background, bytesRead, onTimeout } = options;
  const startedAt = clock.now();
  const totalAt = startedAt + totalMs;
  const state = { stepAt: startedAt + options.stepMs, armedFor: 0, stopTimer: () => {}, stopped: false };

  function arm(now: number): void {
    state.armedFor = Math.min(totalAt, state.stepAt);
    state.stopTimer = clock.setTimer(check, state.armedFor - now, background);
  }

  function overBy(now: number): "total" | "step" | undefined {
    if (now >= totalAt - TOLERANCE_MS) return "total";
    return now >= state.stepAt - TOLERANCE_MS ? "step" : undefined;
  }

  function check(): void {
    const now = clock.now();
    if (overBy(now) === undefined) arm(now);
    else lookAgain(1, bytesRead());
  }

  function lookAgain(looks: number, bytesBefore: number): void {
    afterPoll(() => {
      if (state.stopped) return;
      const now = clock.now();
      const limit = overBy(now);
      if (limit === undefined) arm(now);
      else if (looks < MAX_LOOKS && bytesRead() > bytesBefore) lookAgain(looks + 1, bytesRead());
      else onTimeout(limit);
    });
  }

  arm(startedAt);
  return {
    step(limitMs) {
      state.stepAt = limitMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + limitMs;
      // The timer that is armed looks again when it fires; only a limit before it needs another.
      if (limitMs === undefined || state.stopped || state.stepAt >= state.armedFor) return;
      state.stopTimer();
      arm(clock.now());
    },
    stop() {
      state.stopped = true;
      state.stopTimer();
    },
  };
}
