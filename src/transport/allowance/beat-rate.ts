const MINUTE_MS = 60_000;

/** How many beats a process makes, so that a rate limit leaves enough for them. */
export interface BeatRate {
  count(): void;
  /** Beats to be expected within the next `ms` milliseconds; one more than the pace so far, where there is any. */
  expectedWithin(ms: number): number;
}

/** Creates a rate over the current minute and the one before. */
export function createBeatRate(now: () => number): BeatRate {
  let startedAt = now();
  let current = 0;
  let previous = 0;

  function rotate(): void {
    const elapsedMs = now() - startedAt;
    if (elapsedMs < MINUTE_MS) return;
    previous = elapsedMs < 2 * MINUTE_MS ? current : 0;
    current = 0;
    startedAt = now();
  }

  return {
    count() {
      rotate();
      current += 1;
    },
    expectedWithin(ms) {
      rotate();
      const perMinute = Math.max(current, previous);
      return perMinute === 0 ? 0 : Math.ceil((perMinute * Math.max(0, ms)) / MINUTE_MS) + 1;
    },
  };
}
