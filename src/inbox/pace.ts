/** How far apart reads are. */
export interface Pace {
  /**
   * The pause before the next read, in milliseconds, after one that brought `fresh` new rows; `isAwaited`: something is waited for;
   * `isLive`: the platform tells of new rows.
   */
  afterRead(fresh: number, isAwaited: boolean, isLive: boolean): number;
  /** The pause after a read that failed; the platform may have asked to wait. */
  afterFailure(consecutive: number, retryAfterMs: number | undefined): number;
}

/** The longest pause between two reads while events of the platform tell of new messages, in milliseconds. */
const LIVE_INTERVAL_MS = 60_000;

export interface PaceOptions {
  pollIntervalMs: number;
  idleIntervalMs: number;
  random(): number;
}

/** Share by which a pause is longer or shorter, so that readers started together part. */
const JITTER = 0.1;
const GROWTH = 1.5;
/** A wait the platform asks for is stretched by up to this share, or all would be back at the same moment. */
const HINT_JITTER = 0.5;
/** However long the platform asks to wait, in milliseconds. */
const LONGEST_WAIT_MS = 600_000;

const FIRST_REDELIVERY_MS = 1000;
const LONGEST_REDELIVERY_MS = 60_000;

/** The pause before a message is handed over again whose attempt number `attempt` failed: 1 to 60 s, ±25 %. */
export const redeliveryDelayMs = (attempt: number, random: () => number): number =>
  Math.min(FIRST_REDELIVERY_MS * 2 ** (attempt - 1), LONGEST_REDELIVERY_MS) * (0.75 + 0.5 * random());

export function createPace({ pollIntervalMs, idleIntervalMs, random }: PaceOptions): Pace {
  let pauseMs = pollIntervalMs;
  const jittered = (ms: number) => ms * (1 + JITTER * (2 * random() - 1));
  return {
    afterRead(fresh, isAwaited, isLive) {
      if (isLive) return jittered(LIVE_INTERVAL_MS);
      pauseMs = fresh > 0 || isAwaited ? pollIntervalMs : Math.min(pauseMs * GROWTH, idleIntervalMs);
      return jittered(pauseMs);
    },
    afterFailure(consecutive, retryAfterMs = 0) {
      const backoff = Math.min(pollIntervalMs * 2 ** Math.min(consecutive - 1, 10), idleIntervalMs);
      const asked = Math.min(retryAfterMs * (1 + HINT_JITTER * random()), LONGEST_WAIT_MS);
      return Math.max(jittered(backoff), asked);
    },
  };
}
