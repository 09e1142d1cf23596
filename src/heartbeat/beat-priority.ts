import type { ClientInternals } from "../client/internals";
import { reserveForBeat } from "../transport/request/beat-first";
import type { BeatReport } from "./beat";

/**
 * Lets the beat go before the messages of this process while a rate limit is in force: otherwise they use up the limit
 * whenever it is reset, until the platform takes the workspace for offline.
 */
export interface BeatPriority {
  /** Takes the outcome of a regular beat; the next one begins in `nextInMs` milliseconds. */
  afterBeat(report: BeatReport, nextInMs: number): void;
  /** Holds nothing back any more. */
  halt(): void;
}

/** Messages give way from this time before the reset of the limit, in milliseconds: clocks differ a little. */
const BEFORE_RESET_MS = 500;
/** And until this time after the beat was due, when it is not over by then. */
const AFTER_DUE_MS = 3000;

export function createBeatPriority({ clock, streaming }: ClientInternals): BeatPriority {
  let release = () => {};
  return {
    afterBeat({ error }, nextInMs) {
      release();
      if (error?.code !== "rate_limited") return;
      const resetInMs = Math.min(error.retryAfterMs ?? nextInMs, nextInMs);
      release = reserveForBeat(streaming.platformUrl, clock, {
        fromMs: resetInMs - BEFORE_RESET_MS,
        untilMs: nextInMs + AFTER_DUE_MS,
      });
    },
    halt() {
      release();
      release = () => {};
    },
  };
}
