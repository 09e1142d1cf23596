import type { TenantHeaders } from "../identity/headers";
import type { Workspace } from "../identity/workspaces";
import type { Clock } from "../runtime/clock";
import type { BackgroundRequests } from "../transport/background-requests";
import type { WorkspaceEvent } from "./parse-events";
import type { OpenStream } from "./stream-request";

export interface WorkspaceStreamOptions {
  readonly platformUrl: string;
  readonly tenant: TenantHeaders;
  readonly workspace: Workspace;
  readonly clock: Clock;
  random(): number;
  readonly requests: BackgroundRequests;
  readonly open: OpenStream;
  onEvent(event: WorkspaceEvent): void;
  /** Called when `isLive` of the stream has changed. */
  onChange(): void;
}

/** What a stream knows over all its connections. */
export interface StreamState {
  readonly options: WorkspaceStreamOptions;
  isRunning: boolean;
  isLive: boolean;
  /** Beats come over this platform's stream, so their absence says that it is broken. */
  hasSeenBeat: boolean;
  /** Connections in a row that brought no event. */
  failures: number;
  /** Counts connections, so that one that was given up changes nothing. */
  connection: number;
  /** Closes the connection; set while there is one. */
  close: (() => void) | undefined;
  stopTimer: (() => void) | undefined;
}

export const createStreamState = (options: WorkspaceStreamOptions): StreamState => ({
  options,
  isRunning: false,
  isLive: false,
  hasSeenBeat: false,
  failures: 0,
  connection: 0,
  close: undefined,
  stopTimer: undefined,
});

export function setLive(state: StreamState, isLive: boolean): void {
  if (state.isLive === isLive) return;
  state.isLive = isLive;
  state.options.onChange();
}

/** Sets the one timer: for the head of a response, for the next sign of life, or for the next attempt. */
export function setTimer(state: StreamState, callback: () => void, ms: number): void {
  state.stopTimer?.();
  state.stopTimer = state.options.clock.setTimer(callback, ms, true);
}

/** Gives the connection up: it is closed, and what still comes over it is ignored. */
export function endConnection(state: StreamState): void {
  state.connection += 1;
  state.close?.();
  state.close = undefined;
  state.stopTimer?.();
  state.stopTimer = undefined;
  setLive(state, false);
}
