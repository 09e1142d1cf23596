/** What the time of the next beat depends on. All times in milliseconds of one monotonic clock. */
export interface ScheduleState {
  /** When the last beat was due. */
  lastDueAt: number;
  now: number;
  /** Beats made so far: 1 after the first. */
  beats: number;
}

export interface ScheduleOptions {
  intervalMs: number;
  /** Limit of the time between two beats, whatever wait the platform asks for. */
  longestGapMs: number;
  /** From 0 to 1. */
  random: () => number;
}

/** Share of the interval by which a beat comes earlier or later, so that runtimes do not synchronise. */
const JITTER = 0.1;
/** The second beat comes at a random time in the rest of the first interval: it spreads runtimes started together. */
const MIN_PHASE = 0.1;
/**
 * A wait the platform asks for is prolonged by up to this share and this time in milliseconds, so that not all runtimes
 * return at once, and the refused beat is still made soon after it.
 */
const RETRY_AFTER_JITTER = 0.5;
const MAX_RETRY_AFTER_JITTER_MS = 2000;

/** A shorter wait than this is not accepted from the platform, in milliseconds. */
const MIN_RETRY_AFTER_MS = 1000;

/**
 * The time of the next beat. It counts from when the last one was due, so slow answers cause no drift; beats missed
 * by a stall or a suspended machine are skipped, so there is no burst. A `retryAfterMs` of the platform counts from
 * now instead.
 */
export function nextBeatDue(state: ScheduleState, options: ScheduleOptions, retryAfterMs?: number): number {
  const { lastDueAt, now, beats } = state;
  const { intervalMs, longestGapMs } = options;
  // A random function that returns NaN must not cause a loop without pauses.
  const random = () => Math.min(1, Math.max(0, options.random() || 0));
  if (retryAfterMs !== undefined) {
    const waitMs = Math.max(retryAfterMs, Math.min(MIN_RETRY_AFTER_MS, intervalMs));
    const jitterMs = Math.min(waitMs * RETRY_AFTER_JITTER, MAX_RETRY_AFTER_JITTER_MS);
    return now + Math.min(waitMs + jitterMs * random(), longestGapMs);
  }
  const step =
    beats === 1
      ? intervalMs * (MIN_PHASE + (1 - MIN_PHASE) * random())
      : intervalMs * (1 + JITTER * (2 * random() - 1));
  const due = lastDueAt + step;
  return due > now ? due : now + step;
}
