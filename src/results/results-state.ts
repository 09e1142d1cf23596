import { type DelegationResult, isDelegationId } from "./result";

/** A result that was delivered and that no wake-up message has told the agent about yet. */
export interface UnannouncedResult {
  readonly id: string;
  readonly status: string;
  readonly summary?: string;
  readonly error?: string;
}

/** A wake-up message whose sending has begun: sent again under the same id until it is known to have arrived. */
export interface PendingWakeUp {
  readonly messageId: string;
  /** Delegation ids. */
  readonly ids: readonly string[];
  /** How often in a row the process ended while the message was being sent. */
  readonly unfinished: number;
}

/** What is known about results over restarts. The journal file has the same field names. */
export interface ResultsState {
  /** Delegations whose result was delivered or is not wanted, oldest first. */
  readonly seen: readonly string[];
  /** Delegations on the latest page of the platform: those among them that were seen are never forgotten. */
  readonly listed: readonly string[];
  /** Delegations of other workspaces that were reported, oldest first. */
  readonly foreign: readonly string[];
  readonly unannounced: readonly UnannouncedResult[];
  readonly announcement: PendingWakeUp | undefined;
  /** When the last wake-up message was to be sent, in milliseconds since 1970. */
  readonly toldAt: number | undefined;
}

export const EMPTY_STATE: ResultsState = {
  seen: [],
  listed: [],
  foreign: [],
  unannounced: [],
  announcement: undefined,
  toldAt: undefined,
};

/** The state after these delegations need no delivery any more. */
export const withSeen = (state: ResultsState, ids: readonly string[]): ResultsState => ({
  ...state,
  seen: [...state.seen, ...ids],
});

/** The state after a page with these delegations. */
export const withListed = (state: ResultsState, listed: readonly string[]): ResultsState => ({
  ...state,
  listed,
});

/** The state after these results were delivered; `unannounced` are those among them the agent is to be told about. */
export const withDelivered = (
  state: ResultsState,
  results: readonly DelegationResult[],
  unannounced: readonly UnannouncedResult[],
): ResultsState => ({
  ...withSeen(
    state,
    results.map(({ delegation_id }) => delegation_id),
  ),
  unannounced: [...state.unannounced, ...unannounced],
});

/**
 * The state after these results were acknowledged: no message tells the agent about them, and those that were not
 * delivered will not be. The same object when that changes nothing.
 */
export function withAcknowledged(state: ResultsState, ids: ReadonlySet<string>): ResultsState {
  const seen = new Set(state.seen);
  const unseen = [...ids].filter((id) => isDelegationId(id) && !seen.has(id));
  const unannounced = state.unannounced.filter(({ id }) => !ids.has(id));
  if (unseen.length === 0 && unannounced.length === state.unannounced.length) return state;
  return { ...withSeen(state, unseen), unannounced };
}

/** The state after these delegations of other workspaces were reported. */
export const withForeign = (state: ResultsState, ids: readonly string[]): ResultsState => ({
  ...state,
  foreign: [...state.foreign, ...ids],
});

/** The state while a wake-up message is to be sent; `now` in milliseconds since 1970. */
export const withWakeUp = (state: ResultsState, announcement: PendingWakeUp, now: number): ResultsState => ({
  ...state,
  announcement,
  toldAt: now,
});

/** The state after the wake-up message for these delegations is done with. */
export function withoutWakeUp(state: ResultsState, ids: readonly string[]): ResultsState {
  const done = new Set(ids);
  return {
    ...state,
    announcement: undefined,
    unannounced: state.unannounced.filter(({ id }) => !done.has(id)),
  };
}
