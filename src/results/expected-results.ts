import type { Clock } from "../runtime/clock";
import type { DelegationPage } from "./page";

/** Knows whether a result is to be expected, so that the platform is not asked for what nobody has delegated. */
export interface ExpectedResults {
  /** Adds a delegation that this client has made. */
  add(delegationId: string): void;
  /** Records that a poll failed, or that a result of it could not be delivered: the next poll is not to wait. */
  failed(): void;
  /**
   * Records that a page was processed, and whether all that had to be delivered was. `seen` are the delegations that
   * need no delivery any more.
   */
  processed(page: DelegationPage, isDelivered: boolean, seen: readonly string[]): void;
  /**
   * True when a poll is worth its request: results are expected that `areEventsEnough` does not cover, the last poll is
   * to be repeated, or it is long ago.
   */
  isPollDue(areEventsEnough: boolean): boolean;
  /** True while a delegation of this client has not come back. */
  readonly areOutstanding: boolean;
  /** True while any delegation has not: one of this client, or one that the last page had as not finished. */
  readonly areAwaited: boolean;
}

interface State {
  /** Delegations of this client that have not come back, and since when they are known. */
  readonly outstanding: Map<string, number>;
  /** There is no page yet, or the last poll has not delivered all that it had to. */
  isPollOwed: boolean;
  /** The last page had delegations that were not finished. */
  hasListedUnfinished: boolean;
  /** Without anything expected, no poll before this time of the clock. */
  idleUntil: number;
}

/**
 * Without anything expected a poll is made after this time, in milliseconds, to once more as much at random: other
 * clients of the workspace may have delegated something.
 */
const IDLE_MS = 600_000;

/** A delegation that is not listed for this long will not come back: the platform gives one 30 minutes. */
const MAX_OUTSTANDING_MS = 3_600_000;

export function createExpectedResults(clock: Clock, random: () => number): ExpectedResults {
  const state: State = {
    outstanding: new Map(),
    isPollOwed: true,
    hasListedUnfinished: false,
    idleUntil: 0,
  };
  return {
    add: (delegationId) => void state.outstanding.set(delegationId, clock.now()),
    failed() {
      state.isPollOwed = true;
    },
    processed({ unfinished }, isDelivered, seen) {
      const done = new Set(seen);
      const oldest = clock.now() - MAX_OUTSTANDING_MS;
      for (const [id, since] of state.outstanding) {
        if (done.has(id) || since < oldest) state.outstanding.delete(id);
      }
      state.hasListedUnfinished = unfinished.length > 0;
      state.isPollOwed = !isDelivered;
      state.idleUntil = clock.now() + IDLE_MS * (1 + random());
    },
    isPollDue: (areEventsEnough) =>
      state.isPollOwed || (areAwaited(state) && !areEventsEnough) || clock.now() >= state.idleUntil,
    get areOutstanding() {
      return state.outstanding.size > 0;
    },
    get areAwaited() {
      return areAwaited(state);
    },
  };
}

const areAwaited = ({ outstanding, hasListedUnfinished }: State): boolean =>
  outstanding.size > 0 || hasListedUnfinished;
