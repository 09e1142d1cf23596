import type { Clock } from "../transport/clock";
import { nextBeatDue, type ScheduleOptions } from "./schedule";

/** A change is told this soon, together with what else changes until then, in milliseconds. */
const PUSH_AFTER_MS = 200;
/** However often tasks change, changes alone make no more than one beat in this time, in milliseconds. */
const PUSH_APART_MS = 2000;

export interface LoopOptions extends ScheduleOptions {
  clock: Clock;
  /** Makes a beat nobody waits for. Answers how long the platform asked to wait, if it did. Must not reject. */
  beat(): Promise<{ retryAfterMs: number | undefined }>;
  /** What follows a regular beat, the `count`th since the start. Must not reject. */
  afterRegular(count: number): Promise<void>;
}

/** When beats are made, and that no two are made at once. */
export interface Loop {
  start(): void;
  /** No further beat by itself; what is under way goes on. */
  halt(): void;
  /** A beat soon, because something changed. */
  pushSoon(): void;
  /** Runs `work` when the beats before it have ended. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  readonly running: boolean;
}

export function createLoop({ clock, beat, afterRegular, ...schedule }: LoopOptions): Loop {
  // Bumped by each halt, so that a beat that ends later plans nothing any more.
  let round = 0;
  let running = false;
  let beats = 0;
  let lastDueAt = 0;
  let lastBeatAt = Number.NEGATIVE_INFINITY;
  let stopTimer: (() => void) | undefined;
  let stopPush: (() => void) | undefined;
  let underWay: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = underWay.then(() => {
      lastBeatAt = clock.now();
      return work();
    });
    underWay = turn.catch(() => {});
    return turn;
  }

  async function regular(mine: number): Promise<void> {
    const { retryAfterMs } = await inTurn(beat);
    if (mine !== round) return;
    beats += 1;
    lastDueAt = nextBeatDue({ lastDueAt, now: clock.now(), beats }, schedule, retryAfterMs);
    stopTimer = clock.setTimer(() => void regular(mine), lastDueAt - clock.now(), true);
    await afterRegular(beats);
  }

  return {
    start() {
      if (running) return;
      running = true;
      beats = 0;
      lastDueAt = clock.now();
      void regular(round);
    },
    halt() {
      running = false;
      round += 1;
      stopTimer?.();
      stopPush?.();
      stopPush = undefined;
    },
    pushSoon() {
      if (!running || stopPush !== undefined) return;
      const wait = Math.max(PUSH_AFTER_MS, lastBeatAt + PUSH_APART_MS - clock.now());
      const push = () => {
        stopPush = undefined;
        void inTurn(beat);
      };
      stopPush = clock.setTimer(push, wait, true);
    },
    inTurn,
    get running() {
      return running;
    },
  };
}
