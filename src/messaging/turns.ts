import type { NextTurn } from "../runtime/next-turn";
import type { Call } from "../transport/call";
import { createWaiterQueue, type Waiter } from "../transport/http/waiters";

/** Sends that start in one turn of the event loop before others of the same turn wait. */
const AT_ONCE = 256;
/** Sends that start in each further turn, which takes some milliseconds. */
const IN_ONE_TURN = 128;
/** From so many on the end of the turn is looked for: fewer would pay for it. */
const UNWATCHED = 64;

/** The starts of sends. Thousands in one turn of the event loop would hold it up, so they are spread over several. */
export interface Turns {
  /**
   * `undefined` when the call may start now, else a promise for its turn, in the order of the calls. A call that is
   * cancelled waits no longer.
   */
  take(call: Call): Promise<void> | undefined;
}

interface TurnsState {
  /** Since the event loop was last seen to turn. */
  started: number;
  /** True while the calls that wait are started. */
  isDraining: boolean;
  /** Kept once it is found, so that timers that are replaced later do not stop what waits. */
  inNextTurn: NextTurn | undefined;
}

/**
 * Creates them with what finds the function that calls back in the next turn of the event loop. As long as there is
 * none, every call starts at once.
 */
export function createTurns(findNextTurn: () => NextTurn | undefined): Turns {
  const waiters = createWaiterQueue();
  const state: TurnsState = { started: 0, isDraining: false, inNextTurn: undefined };

  function beginTurn(): void {
    state.started = 0;
    let places = IN_ONE_TURN;
    for (; places > 0; places -= 1) {
      const waiter = waiters.dequeue();
      if (waiter === undefined) break;
      waiter.proceed?.();
    }
    state.isDraining = places === 0;
    if (state.isDraining) state.inNextTurn?.(beginTurn);
  }

  function wait(call: Call): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = { assigned: false, proceed: resolve };
      waiters.enqueue(waiter);
      call.onCancel(resolve);
    });
  }

  return {
    take(call) {
      state.inNextTurn ??= findNextTurn();
      if (state.inNextTurn === undefined) return undefined;
      state.started += 1;
      if (state.started === UNWATCHED && !state.isDraining) state.inNextTurn(beginTurn);
      return state.isDraining || state.started > AT_ONCE ? wait(call) : undefined;
    },
  };
}
