import { isAboutResult } from "../delegation/is-about-result";
import type { Subscription, WorkspaceEvents } from "../event-stream/workspace-events";
import type { Workspace } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";

/** Polls soon after the platform has told of a result. What it does not tell of is found by the regular polls. */
export interface EventPolls {
  /** Opens the stream, unless it is open or would keep the process alive. */
  listen(): void;
  /** True while no result is missed without a poll: the stream is live, and the last poll was made since, not long ago. */
  readonly areEnough: boolean;
  /** Records that a poll begins: it also finds what earlier events have told of. */
  pollStarted(): void;
  /** Closes the stream and cancels what is scheduled. */
  stop(): void;
}

export interface EventPollsOptions {
  readonly events: WorkspaceEvents;
  readonly workspace: Workspace;
  readonly clock: Clock;
  /** Resolves when no poll is under way. */
  idle(): Promise<unknown>;
  /** Polls, unless a rate limit forbids it. */
  poll(): void;
}

interface State {
  readonly options: EventPollsOptions;
  subscription: Subscription | undefined;
  cancelTimer: (() => void) | undefined;
  /** When the last poll began, in milliseconds of the clock. */
  polledAt: number;
  /** Since when the stream is live, in milliseconds of the clock; infinity while it is not. */
  liveSince: number;
}

/** Between an event and its poll, in milliseconds: events come in groups, and one poll is made of them. */
const AFTER_EVENT_MS = 200;

/** Between two polls of which the second was started by an event, in milliseconds: 30 a minute at most. */
const GAP_MS = 2000;

/**
 * Beside a live stream one poll is made in this time, in milliseconds: at every other beat of the usual interval. The
 * stream may lose an event.
 */
const ENOUGH_MS = 50_000;

export function createEventPolls(options: EventPollsOptions): EventPolls {
  const state: State = {
    options,
    subscription: undefined,
    cancelTimer: undefined,
    polledAt: Number.NEGATIVE_INFINITY,
    liveSince: Number.POSITIVE_INFINITY,
  };
  const { clock } = options;
  return {
    listen() {
      const { events, workspace } = options;
      if (!events.isBackground) return;
      if (state.subscription !== undefined) return;
      state.subscription = events.subscribe(workspace, {
        onEvent: (event) => isAboutResult(event) && schedule(state),
        onChange: () => noteLive(state),
      });
      noteLive(state);
    },
    get areEnough() {
      return state.polledAt > state.liveSince && clock.now() - state.polledAt < ENOUGH_MS;
    },
    pollStarted() {
      cancel(state);
      state.polledAt = clock.now();
    },
    stop() {
      cancel(state);
      state.subscription?.close();
      state.subscription = undefined;
      noteLive(state);
    },
  };
}

function noteLive(state: State): void {
  state.liveSince = state.subscription?.isLive ? state.options.clock.now() : Number.POSITIVE_INFINITY;
}

function schedule(state: State): void {
  if (state.cancelTimer !== undefined) return;
  const { clock, idle, poll } = state.options;
  const waitMs = Math.max(AFTER_EVENT_MS, state.polledAt + GAP_MS - clock.now());
  const onTimer = async (): Promise<void> => {
    // A poll under way may have been answered before the event.
    await idle();
    if (state.cancelTimer !== cancelTimer) return;
    state.cancelTimer = undefined;
    poll();
  };
  const cancelTimer = clock.setTimer(() => void onTimer(), waitMs, true);
  state.cancelTimer = cancelTimer;
}

function cancel(state: State): void {
  state.cancelTimer?.();
  state.cancelTimer = undefined;
}
