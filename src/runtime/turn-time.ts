/**
 * The time on a clock, read once in each run of synchronous code: reading it costs more than looking up what is cached.
 * Code that runs on without a pause sees the time of its beginning.
 */
export function createTurnTime(now: () => number): () => number {
  const resolved = Promise.resolve();
  let time = 0;
  let isKnown = false;
  const forget = () => {
    isKnown = false;
  };
  return () => {
    if (isKnown) return time;
    time = now();
    isKnown = true;
    // Cheaper than a timer, and not subject to one that tests replace.
    void resolved.then(forget);
    return time;
  };
}
