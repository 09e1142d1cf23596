import type { Clock } from "../../runtime/clock";

/** The time limits of one request. */
export interface Timeouts {
  /** Begins the next step with a limit of its own, or without one (`undefined`). */
  step(limitMs: number | undefined): void;
  stop(): void;
}

/** Timers may fire slightly early. */
const TOLERANCE_MS = 1;

/**
 * Enforces the limit of the whole request and the limit of its current step with a single timer: most requests end
 * long before any limit, and a timer for each step would cost more than everything else here.
 * `onTimeout` is called once, with the limit that was exceeded.
 */
export function startTimeouts(
  clock: Clock,
  totalMs: number,
  firstStepMs: number,
  background: boolean,
  onTimeout: (limit: "total" | "step") => void,
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
    if (now >= totalAt - TOLERANCE_MS) onTimeout("total");
    else if (now >= stepAt - TOLERANCE_MS) onTimeout("step");
    else arm(now);
  }

  arm(startedAt);
  return {
    step(limitMs) {
      // Never before the armed timer, which checks both limits when it fires.
      stepAt = limitMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + limitMs;
    },
    stop: () => stopTimer(),
  };
}
