import type { Clock } from "../../runtime/clock";

/** The pause after a 429 without a `Retry-After`, and the least one, in milliseconds. */
const SHORTEST_PAUSE_MS = 1000;

const SHORTEST_GAP_MS = 1000;
const LONGEST_GAP_MS = 30_000;

/**
 * Pauses all requests after a 429, and keeps later ones apart by a gap. The rate limit is shared with other requests
 * of the workspace, heartbeats above all, so a queue must not use it up again as soon as the pause ends.
 */
export interface RateLimitPause {
  /** True while no request may start. */
  readonly active: boolean;
  /** Milliseconds until the pause ends; 0 without one. */
  readonly remainingMs: number;
  /**
   * Pauses for `retryAfterMs` milliseconds, at least 1 s, which is also the default, and at most `maxPauseMs`. Sets
   * the gap to 1 s, and doubles it at each further 429 up to 30 s.
   */
  begin(retryAfterMs: number | undefined): void;
  /** Pauses for the gap, if one is set. Called when a request starts, so that no other starts beside it. */
  beginGap(): void;
  /** Removes the gap. Called once nothing is queued or running. */
  clearGap(): void;
  /** Ends the pause without `onEnd`; there is none from now on. */
  close(): void;
}

export interface RateLimitPauseOptions {
  clock: Clock;
  /** Bound of one pause, in milliseconds, whatever the platform asks for. */
  maxPauseMs: number;
  /** Called when a pause is over. */
  onEnd(): void;
}

interface PauseState {
  /** Least time between the starts of two requests, in milliseconds; 0 for none. */
  gapMs: number;
  /** When the latest pause ends. */
  until: number;
  /** Cancels the timer of the pause; `undefined` without a pause. */
  cancelTimer: (() => void) | undefined;
  closed: boolean;
}

export function createRateLimitPause({ clock, maxPauseMs, onEnd }: RateLimitPauseOptions): RateLimitPause {
  const state: PauseState = {
    gapMs: 0,
    until: Number.NEGATIVE_INFINITY,
    cancelTimer: undefined,
    closed: false,
  };

  /** Of overlapping pauses, the one that ends last counts. */
  function pauseFor(durationMs: number): void {
    const until = clock.now() + durationMs;
    if (state.closed || until <= state.until) return;
    state.until = until;
    state.cancelTimer?.();
    state.cancelTimer = clock.setTimer(end, durationMs, true);
  }

  function end(): void {
    state.cancelTimer = undefined;
    onEnd();
  }

  return {
    get active() {
      return state.cancelTimer !== undefined;
    },
    get remainingMs() {
      return state.cancelTimer === undefined ? 0 : Math.max(0, state.until - clock.now());
    },
    begin(retryAfterMs = SHORTEST_PAUSE_MS) {
      state.gapMs = Math.min(Math.max(2 * state.gapMs, SHORTEST_GAP_MS), LONGEST_GAP_MS);
      pauseFor(Math.min(Math.max(retryAfterMs, SHORTEST_PAUSE_MS), maxPauseMs));
    },
    beginGap() {
      if (state.gapMs > 0) pauseFor(state.gapMs);
    },
    clearGap() {
      state.gapMs = 0;
    },
    close() {
      state.closed = true;
      state.cancelTimer?.();
      state.cancelTimer = undefined;
    },
  };
}
