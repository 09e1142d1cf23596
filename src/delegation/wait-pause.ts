import type { Subscription, WorkspaceEvents } from "../event-stream/workspace-events";
import type { Workspace } from "../identity/workspaces";
import type { Call } from "../transport/call";
import { isAboutResult } from "./is-about-result";

/** The pauses between the polls of one wait. */
export interface WaitPause {
  /** Waits `ms` milliseconds, or less when the platform tells meanwhile, or since the last pause, of the delegation. */
  sleep(ms: number): Promise<void>;
  /** Ends listening; required for each wait. */
  close(): void;
}

export interface WaitPauseOptions {
  readonly delegationId: string;
  readonly call: Call;
  readonly events: WorkspaceEvents;
  readonly source: Workspace;
}

interface State {
  readonly options: WaitPauseOptions;
  subscription: Subscription | undefined;
  /** An event has come since the last pause. */
  hasEvent: boolean;
  /** Ends the pause under way. */
  wake: (() => void) | undefined;
}

/** The shortest pause that is worth a stream of its own, in milliseconds: a short wait costs no connection. */
const WORTH_A_STREAM_MS = 4000;

/** Between an event and the poll that it starts, in milliseconds: events come in groups, and one poll is made of them. */
const AFTER_EVENT_MS = 200;

export function createWaitPause(options: WaitPauseOptions): WaitPause {
  const state: State = { options, subscription: undefined, hasEvent: false, wake: undefined };
  return {
    sleep: (ms) => sleep(state, ms),
    close: () => state.subscription?.close(),
  };
}

async function sleep(state: State, ms: number): Promise<void> {
  const { call, events, source } = state.options;
  if (ms >= WORTH_A_STREAM_MS || events.isOpen(source)) listen(state);
  const endsAtMs = call.elapsedMs() + ms;
  if (!state.hasEvent) {
    const event = new Promise<void>((resolve) => {
      state.wake = resolve;
    });
    await call.sleep(ms, event);
    state.wake = undefined;
  }
  if (!state.hasEvent) return;
  await call.sleep(Math.min(AFTER_EVENT_MS, Math.max(0, endsAtMs - call.elapsedMs())));
  state.hasEvent = false;
}

function listen(state: State): void {
  const { delegationId, events, source } = state.options;
  state.subscription ??= events.subscribe(source, {
    onEvent(event) {
      if (!isAboutResult(event, delegationId)) return;
      state.hasEvent = true;
      state.wake?.();
    },
  });
}
