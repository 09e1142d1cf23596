import type { Clock } from "../runtime/clock";

export interface PollerOptions {
  clock: Clock;
  /** One read. Resolves to the pause before the next, in milliseconds. Must not reject. */
  poll(signal: AbortSignal): Promise<number>;
  /** Called every minute of a longer pause: a lock that is not renewed counts as abandoned. Must not throw. */
  renew(): void;
}

/** Reads again and again, never twice at once. Its timers do not keep the process alive. */
export interface Poller {
  start(): void;
  /** Reads at once, or once more as soon as the read under way has ended. */
  wake(): void;
  /** The same, but not within 200 ms of the last read: of many wishes one read is made. */
  wakeSoon(): void;
  /** Ends; resolves when no read is under way. */
  stop(): Promise<void>;
  readonly running: boolean;
}

interface State {
  readonly options: PollerOptions;
  running: boolean;
  /** The read under way. */
  reading: Promise<void> | undefined;
  /** Asked to read once more. */
  again: boolean;
  stopTimer: (() => void) | undefined;
  /** Set while {@link Poller.wakeSoon} waits. */
  stopSoon: (() => void) | undefined;
  startedAt: number;
  controller: AbortController;
}

const GAP_MS = 200;
const RENEWAL_MS = 60_000;

export function createPoller(options: PollerOptions): Poller {
  const state: State = {
    options,
    running: false,
    reading: undefined,
    again: false,
    stopTimer: undefined,
    stopSoon: undefined,
    startedAt: Number.NEGATIVE_INFINITY,
    controller: new AbortController(),
  };
  return {
    wake: () => wake(state),
    wakeSoon: () => wakeSoon(state),
    start() {
      if (state.running) return;
      state.running = true;
      state.controller = new AbortController();
      readNow(state);
    },
    async stop() {
      state.running = false;
      state.controller.abort();
      state.stopTimer?.();
      state.stopTimer = undefined;
      state.stopSoon?.();
      state.stopSoon = undefined;
      await state.reading;
    },
    get running() {
      return state.running;
    },
  };
}

function readNow(state: State): void {
  const { clock, poll } = state.options;
  state.stopTimer?.();
  state.stopTimer = undefined;
  state.again = false;
  state.startedAt = clock.now();
  state.reading ??= poll(state.controller.signal).then((pauseMs) => {
    state.reading = undefined;
    if (!state.running) return;
    if (state.again) readNow(state);
    else pause(state, pauseMs);
  });
}

function pause(state: State, ms: number): void {
  const { clock, renew } = state.options;
  const then = () => {
    if (ms <= RENEWAL_MS) return readNow(state);
    renew();
    pause(state, ms - RENEWAL_MS);
  };
  state.stopTimer = clock.setTimer(then, Math.min(ms, RENEWAL_MS), true);
}

function wake(state: State): void {
  if (!state.running) return;
  if (state.reading === undefined) readNow(state);
  else state.again = true;
}

function wakeSoon(state: State): void {
  if (!state.running || state.stopSoon !== undefined) return;
  const { clock } = state.options;
  const waitMs = state.startedAt + GAP_MS - clock.now();
  if (waitMs <= 0) {
    wake(state);
    return;
  }
  const wakeThen = () => {
    state.stopSoon = undefined;
    wake(state);
  };
  state.stopSoon = clock.setTimer(wakeThen, waitMs, true);
}
