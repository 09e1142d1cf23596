import type { Clock } from "../../runtime/clock";

/** The limits in time of one request. */
export interface Timeouts {
  /** Sets the limit of the present step, from now on; `undefined` for a step without one of its own. */
  step(limitMs: number | undefined): void;
  stop(): void;
}

/** Timers may fire a little before their time. */
const TOLERANCE_MS = 1;

/**
 * Watches the limit of the whole request and that of its present step with one timer: most requests end long before
 * any limit, and a timer armed and disarmed at each step would cost more than the rest of the bookkeeping.
 * `onOver` is called once, with the limit that was over.
 */
export function startTimeouts(
  clock: Clock,
  totalMs: number,
  firstStepMs: number,
  background: boolean,
  onOver: (limit: "total" | "step") => void,
): Timeouts {
  const startedAt = clock.now();
  const totalAt = startedAt + totalMs;
  let stepAt = startedAt + firstStepMs;
  let stopTimer: () => void;

  function arm(now: number): void {
    stopTimer = clock.setTimer(check, Math.min(totalAt, stepAt) - now, background);
  }

  function check(): void {
    const now = clock.now();
    if (now >= totalAt - TOLERANCE_MS) onOver("total");
    else if (now >= stepAt - TOLERANCE_MS) onOver("step");
    else arm(now);
  }

  arm(startedAt);
  return {
    step(limitMs) {
      // Later than the timer that is armed, always: it looks again when it fires.
      stepAt = limitMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + limitMs;
    },
    stop: () => stopTimer(),
  };
}
