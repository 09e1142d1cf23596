/** When the next beat is due. All times in milliseconds of one monotonic clock. */
export interface ScheduleState {
  /** When the last beat was due. */
  lastDueAt: number;
  now: number;
  /** Beats made so far, 1 after the first. */
  beats: number;
}

export interface ScheduleOptions {
  intervalMs: number;
  /** Two beats are never further apart than this, whatever the platform asks for. */
  longestGapMs: number;
  random: () => number;
}

/** Share of the interval by which a beat comes earlier or later, so that runtimes do not fall into step. */
const JITTER = 0.1;
/** The second beat comes anywhere in the rest of the first interval: runtimes started together part here. */
const EARLIEST_PHASE = 0.1;
/** A wait the platform asks for is stretched by up to this share, or all would be back at the same moment. */
const HINT_JITTER = 0.5;

/** A platform that asks for less than this, in milliseconds, is not believed. */
const SHORTEST_HINT_MS = 1000;

/**
 * The moment of the next beat. Counted from when the last one was due, so slow answers make no drift; what a stall
 * or a suspended machine has missed is skipped, so there is no burst.
 */
export function nextBeatDue(state: ScheduleState, options: ScheduleOptions, retryAfterMs?: number): number {
  const { lastDueAt, now, beats } = state;
  const { intervalMs, longestGapMs } = options;
  // A source of chance that answers rubbish must not become a loop without pauses.
  const random = () => Math.min(1, Math.max(0, options.random() || 0));
  if (retryAfterMs !== undefined) {
    const asked = Math.max(retryAfterMs, Math.min(SHORTEST_HINT_MS, intervalMs));
    return now + Math.min(asked * (1 + HINT_JITTER * random()), longestGapMs);
  }
  const step =
    beats === 1
      ? intervalMs * (EARLIEST_PHASE + (1 - EARLIEST_PHASE) * random())
      : intervalMs * (1 + JITTER * (2 * random() - 1));
  const due = lastDueAt + step;
  return due > now ? due : now + step;
}
