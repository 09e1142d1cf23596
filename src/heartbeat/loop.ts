import type { Clock } from "../runtime/clock";
import { nextBeatDue, type ScheduleOptions } from "./schedule";

/** How one beat is made. */
export interface BeatOptions {
  /** Nobody waits for the beat: it does not keep the process alive. */
  background: boolean;
  /** The beat only reports a change, between two regular ones. */
  push?: boolean | undefined;
  /** Set for the last beat of a heartbeat; aborts it. */
  last?: AbortController | undefined;
}

export interface LoopOptions<Report> extends ScheduleOptions {
  clock: Clock;
  /** Makes a beat. Must not reject. */
  beat(options: BeatOptions): Promise<Report>;
  /** The wait the platform asked for, in milliseconds. */
  getRetryAfterMs(report: Report): number | undefined;
  /** Called after the `count`th regular beat since the start. Must not throw. */
  afterRegularBeat(count: number, report: Report): void;
}

/** Schedules beats and makes one at a time. */
export interface Loop<Report> {
  /** Makes the first regular beat now. Does nothing while it runs. */
  start(): void;
  /** Schedules no further beat; the one under way goes on. */
  halt(): void;
  /** Makes a beat soon, because something changed: after 200 ms, and no more than one such beat in 2 s. */
  pushSoon(): void;
  /** Makes a beat after the one under way. All requests before it begins share it. */
  request(options: BeatOptions): Promise<Report>;
  readonly running: boolean;
}

/** A change is reported after this time, together with what else changes until then, in milliseconds. */
const PUSH_DELAY_MS = 200;
/** Time between two beats because of changes, at least, in milliseconds. */
const PUSH_INTERVAL_MS = 2000;

/** A beat that was requested and has not begun. */
interface QueuedBeat<Report> {
  options: BeatOptions;
  report: Promise<Report>;
}

interface LoopState<Report> {
  running: boolean;
  /** Increased by each halt: a beat that ends after a halt schedules nothing. */
  generation: number;
  /** Regular beats since the start. */
  beats: number;
  lastDueAt: number;
  lastBeatAt: number;
  /** No beat because of a change before this time: the platform asked to wait. */
  quietUntil: number;
  queued: QueuedBeat<Report> | undefined;
  /** Settles when the beats requested so far are over. */
  last: Promise<unknown>;
  cancelRegular: (() => void) | undefined;
  cancelPush: (() => void) | undefined;
}

export function createLoop<Report>(options: LoopOptions<Report>): Loop<Report> {
  const { clock } = options;
  const state: LoopState<Report> = {
    running: false,
    generation: 0,
    beats: 0,
    lastDueAt: 0,
    lastBeatAt: Number.NEGATIVE_INFINITY,
    quietUntil: Number.NEGATIVE_INFINITY,
    queued: undefined,
    last: Promise.resolve(),
    cancelRegular: undefined,
    cancelPush: undefined,
  };
  return {
    start() {
      if (state.running) return;
      state.running = true;
      state.beats = 0;
      state.lastDueAt = clock.now();
      void runRegular(options, state);
    },
    halt() {
      state.running = false;
      state.generation += 1;
      state.cancelRegular?.();
      clearPush(state);
    },
    pushSoon() {
      // While the platform asks to wait, the next regular beat reports the change.
      if (!state.running || clock.now() < state.quietUntil) return;
      if (state.cancelPush !== undefined || state.queued !== undefined) return;
      const waitMs = Math.max(PUSH_DELAY_MS, state.lastBeatAt + PUSH_INTERVAL_MS - clock.now());
      const push = () => {
        state.cancelPush = undefined;
        if (clock.now() >= state.quietUntil) void request(options, state, { background: true, push: true });
      };
      state.cancelPush = clock.setTimer(push, waitMs, true);
    },
    request: (beat) => request(options, state, beat),
    get running() {
      return state.running;
    },
  };
}

function request<Report>(
  options: LoopOptions<Report>,
  state: LoopState<Report>,
  wanted: BeatOptions,
): Promise<Report> {
  const { queued } = state;
  // The last beat is not shared: it reports no tasks.
  if (queued !== undefined && queued.options.last === undefined) {
    queued.options = {
      background: queued.options.background && wanted.background,
      push: queued.options.push && wanted.push,
      last: wanted.last,
    };
    return queued.report;
  }
  const beat: QueuedBeat<Report> = {
    options: wanted,
    report: state.last.then(() => makeBeat(options, state, beat)),
  };
  state.last = beat.report;
  state.queued = beat;
  return beat.report;
}

async function makeBeat<Report>(
  { clock, beat, getRetryAfterMs, longestGapMs }: LoopOptions<Report>,
  state: LoopState<Report>,
  queued: QueuedBeat<Report>,
): Promise<Report> {
  if (state.queued === queued) state.queued = undefined;
  // This beat reports the change.
  clearPush(state);
  state.lastBeatAt = clock.now();
  const report = await beat(queued.options);
  state.quietUntil = clock.now() + Math.min(getRetryAfterMs(report) ?? 0, longestGapMs);
  return report;
}

function clearPush<Report>(state: LoopState<Report>): void {
  state.cancelPush?.();
  state.cancelPush = undefined;
}

/** Makes a regular beat and schedules the next one, unless the loop was halted meanwhile. */
async function runRegular<Report>(options: LoopOptions<Report>, state: LoopState<Report>): Promise<void> {
  const { clock, getRetryAfterMs, afterRegularBeat } = options;
  const { generation } = state;
  const report = await request(options, state, { background: true });
  if (generation !== state.generation) return;
  state.beats += 1;
  const { lastDueAt, beats } = state;
  state.lastDueAt = nextBeatDue({ lastDueAt, now: clock.now(), beats }, options, getRetryAfterMs(report));
  const run = () => void runRegular(options, state);
  state.cancelRegular = clock.setTimer(run, state.lastDueAt - clock.now(), true);
  afterRegularBeat(beats, report);
}
