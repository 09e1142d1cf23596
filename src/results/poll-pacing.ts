import type { Clock } from "../runtime/clock";

/** Decides after which beats to poll: after each, and less often under a rate limit, so that beats come first. */
export interface PollPacing {
  /** Records that the platform limits requests, and that it asked to wait for `retryAfterMs`. */
  slowDown(retryAfterMs?: number): void;
  countBeat(): void;
  /** True when a poll is due. */
  isDue(): boolean;
  /** True while the platform limits requests, or has asked to wait. */
  readonly isLimited: boolean;
  /** Records that a poll starts. `isLimited` says whether the beat before it met a rate limit. */
  started(isLimited: boolean): void;
}

interface PacingState {
  beatsSincePoll: number;
  /** A request since the last poll began, or the beat before it, met a rate limit. */
  isLimited: boolean;
  /** No poll before this time of the clock, in milliseconds. */
  notBefore: number;
}

/** Under a rate limit one poll comes after this many beats. */
const BEATS_PER_LIMITED_POLL = 4;
/** Limit of the wait the platform asks for, in milliseconds. */
const MAX_WAIT_MS = 600_000;

export function createPollPacing(clock: Clock): PollPacing {
  const state: PacingState = {
    beatsSincePoll: 0,
    isLimited: false,
    notBefore: Number.NEGATIVE_INFINITY,
  };
  return {
    slowDown(retryAfterMs = 0) {
      state.isLimited = true;
      state.notBefore = Math.max(state.notBefore, clock.now() + Math.min(retryAfterMs, MAX_WAIT_MS));
    },
    countBeat() {
      state.beatsSincePoll += 1;
    },
    isDue() {
      const beatsPerPoll = state.isLimited ? BEATS_PER_LIMITED_POLL : 1;
      return clock.now() >= state.notBefore && state.beatsSincePoll >= beatsPerPoll;
    },
    get isLimited() {
      return state.isLimited || clock.now() < state.notBefore;
    },
    started(isLimited) {
      state.beatsSincePoll = 0;
      state.isLimited = isLimited;
    },
  };
}
