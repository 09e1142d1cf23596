import { isAboutResult } from "../delegation/is-about-result";
import type { Subscription, WorkspaceEvents } from "../event-stream/workspace-events";
import type { Workspace } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";

/** Polls soon after the platform has told of a result. What it does not tell of is found by the regular polls. */
export interface EventPolls {
  /** Opens the stream, unless it is open or would keep the process alive. */
  listen(): void;
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
}

/** Between an event and its poll, in milliseconds: events come in groups, and one poll is made of them. */
const AFTER_EVENT_MS = 200;

/** Between two polls of which the second was started by an event, in milliseconds: 30 a minute at most. */
const GAP_MS = 2000;

export function createEventPolls(options: EventPollsOptions): EventPolls {
  const state: State = {
    options,
    subscription: undefined,
    cancelTimer: undefined,
    polledAt: Number.NEGATIVE_INFINITY,
  };
  return {
    listen() {
      const { events, workspace } = options;
      if (!events.isBackground) return;
      state.subscription ??= events.subscribe(workspace, {
        onEvent: (event) => isAboutResult(event) && schedule(state),
      });
    },
    pollStarted() {
      cancel(state);
      state.polledAt = options.clock.now();
    },
    stop() {
      cancel(state);
      state.subscription?.close();
      state.subscription = undefined;
    },
  };
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
