import type { Clock } from "../runtime/clock";

/** Polls soon after something was delegated: many results are there long before the next beat. */
export interface EarlyPolls {
  /** Schedules the polls. Returns false when that was done since the last regular poll: none is scheduled then. */
  start(): boolean;
  /** Records a regular poll, after which polls may be scheduled again. */
  rearm(): void;
  /** Cancels what is scheduled. */
  cancel(): void;
}

interface EarlyPollsState {
  isArmed: boolean;
  cancelTimer: (() => void) | undefined;
}

/** When the polls are made, in milliseconds after something was delegated. */
const POLLS_AT_MS = [2000, 5000, 10_000];

/** `poll` returns false when the polls after it are not to be made either. */
export function createEarlyPolls(clock: Clock, poll: () => boolean): EarlyPolls {
  const state: EarlyPollsState = { isArmed: true, cancelTimer: undefined };

  function schedule(index: number): void {
    const atMs = POLLS_AT_MS[index];
    state.cancelTimer = undefined;
    if (atMs === undefined) return;
    const onTimer = () => {
      state.cancelTimer = undefined;
      if (poll()) schedule(index + 1);
    };
    state.cancelTimer = clock.setTimer(onTimer, atMs - (POLLS_AT_MS[index - 1] ?? 0), true);
  }

  return {
    start() {
      if (!state.isArmed) return false;
      state.isArmed = false;
      schedule(0);
      return true;
    },
    rearm() {
      if (state.cancelTimer === undefined) state.isArmed = true;
    },
    cancel() {
      state.cancelTimer?.();
      state.cancelTimer = undefined;
      state.isArmed = true;
    },
  };
}
