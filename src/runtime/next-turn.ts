import { isNode } from "./builtins";

/** Calls back in the next turn of the event loop. */
export type NextTurn = (callback: () => void) => void;

/**
 * The function of Node that calls back in the next turn of its event loop. `undefined` elsewhere, where there is none
 * (jest with jsdom), and while fake timers have replaced it: with these no turn comes until a test lets time pass.
 */
export function findNextTurn(): NextTurn | undefined {
  if (!isNode() || typeof setImmediate !== "function") return undefined;
  // What sinon, and with it jest and vitest, puts in its place has the clock that it follows.
  return "clock" in setImmediate ? undefined : setImmediate;
}
