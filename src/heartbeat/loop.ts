import type { Clock } from "../runtime/clock";
import { nextBeatDue, type ScheduleOptions } from "./schedule";

/** A change is told this soon, together with what else changes until then, in milliseconds. */
const PUSH_AFTER_MS = 200;
/** However often tasks change, changes alone make no more than one beat in this time, in milliseconds. */
const PUSH_APART_MS = 2000;

/** How a beat is made. */
export interface BeatOptions {
  /** Nobody waits for it: it does not keep the process alive. */
  background: boolean;
  /** Made only because something changed. */
  push?: boolean | undefined;
  /** Set for the one that ends the heartbeat; calls it off when another end overtakes it. */
  last?: AbortController | undefined;
}

export interface LoopOptions<Report> extends ScheduleOptions {
  clock: Clock;
  /** Makes a beat. Must not reject. */
  beat(manner: BeatOptions): Promise<Report>;
  /** How long the platform asked to wait, in milliseconds, if it did. */
  hintOf(report: Report): number | undefined;
  /** What follows a regular beat, the `count`th since the start. Must not throw. */
  afterRegular(count: number, report: Report): void;
}

/** When beats are made, and that no two are made at once. */
export interface Loop<Report> {
  start(): void;
  /** No further beat by itself; what is under way goes on. */
  halt(): void;
  /** A beat soon, because something changed. */
  pushSoon(): void;
  /** A beat after the one under way. All who ask before it begins share it. */
  request(manner: BeatOptions): Promise<Report>;
  readonly running: boolean;
}

export function createLoop<Report>(options: LoopOptions<Report>): Loop<Report> {
  const { clock, beat, hintOf, afterRegular, ...schedule } = options;
  // Bumped by each halt, so that a beat that ends later plans nothing any more.
  let round = 0;
  let running = false;
  let beats = 0;
  let lastDueAt = 0;
  let lastBeatAt = Number.NEGATIVE_INFINITY;
  let quietUntil = Number.NEGATIVE_INFINITY;
  let stopTimer: (() => void) | undefined;
  let stopPush: (() => void) | undefined;
  // The turn that has not begun, and what it waits for.
  let next: { manner: BeatOptions; report: Promise<Report> } | undefined;
  let before: Promise<unknown> = Promise.resolve();

  function request(manner: BeatOptions): Promise<Report> {
    // Nothing joins the last beat: what begins after it has other things to tell.
    if (next !== undefined && next.manner.last === undefined) {
      const background = next.manner.background && manner.background;
      const push = next.manner.push && manner.push;
      next.manner = { background, push, last: manner.last };
      return next.report;
    }
    const turn = { manner, report: before.then(() => begin()) };
    before = turn.report;
    next = turn;
    return turn.report;

    async function begin(): Promise<Report> {
      if (next === turn) next = undefined;
      // Whatever was to be pushed is in this beat.
      clearPush();
      lastBeatAt = clock.now();
      const report = await beat(turn.manner);
      const hint = hintOf(report);
      quietUntil = clock.now() + Math.min(hint ?? 0, schedule.longestGapMs);
      return report;
    }
  }

  function clearPush(): void {
    stopPush?.();
    stopPush = undefined;
  }

  async function regular(mine: number): Promise<void> {
    const report = await request({ background: true });
    if (mine !== round) return;
    beats += 1;
    lastDueAt = nextBeatDue({ lastDueAt, now: clock.now(), beats }, schedule, hintOf(report));
    stopTimer = clock.setTimer(() => void regular(mine), lastDueAt - clock.now(), true);
    afterRegular(beats, report);
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
      clearPush();
    },
    pushSoon() {
      // A platform that asked to wait hears of the change with the next regular beat.
      if (!running || stopPush !== undefined || next !== undefined || clock.now() < quietUntil) return;
      const wait = Math.max(PUSH_AFTER_MS, lastBeatAt + PUSH_APART_MS - clock.now());
      const push = () => {
        stopPush = undefined;
        if (clock.now() >= quietUntil) void request({ background: true, push: true });
      };
      stopPush = clock.setTimer(push, wait, true);
    },
    request,
    get running() {
      return running;
    },
  };
}
