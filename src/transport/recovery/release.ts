import type { Clock } from "../../runtime/clock";
import type { GateQueue } from "./gate-queue";

/** Attempts a second in the first second after a target has come back. Doubled in each further one. */
const FIRST_RATE = 1;
/** Attempts a second at most, as long as one of those waits that came while the target was down. */
const MAX_RATE = 64;
/** The least time between two releases, in milliseconds: at higher rates several are released at once. */
const MIN_INTERVAL_MS = 10;

export interface ReleaseOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly queue: GateQueue;
  /** Lets the first of the queue go on. */
  admit(): void;
  /** Called when nobody waits at the largest rate; the release has ended then. */
  onEmpty(): void;
}

/**
 * Lets the waiting attempts go on: 1, 2, 4 … 64 a second, with random times between them. It lasts until the rate is
 * the largest and nobody waits: the calls whose delays after a failure are not over yet come only then.
 */
export interface Release {
  start(): void;
  stop(): void;
  /** True for an attempt that may go on at once, because nobody else took the last place. */
  takePlace(): boolean;
}

export function createRelease({ clock, random, queue, admit, onEmpty }: ReleaseOptions): Release {
  let startedAt = 0;
  let stopTimer = () => {};
  let isPlaceFree = false;

  function step(): void {
    const rate = releaseRate(clock.now() - startedAt, (queue.firstSince ?? startedAt) <= startedAt);
    const intervalMs = Math.max(MIN_INTERVAL_MS, 1000 / rate);
    let places = Math.max(1, Math.round((rate * intervalMs) / 1000));
    for (; places > 0 && !queue.isEmpty; places -= 1) admit();
    isPlaceFree = places > 0;
    if (queue.isEmpty && rate >= MAX_RATE) {
      onEmpty();
      return;
    }
    // Many processes that wait for the same target must not release theirs at the same moments.
    stopTimer = clock.setTimer(step, intervalMs * (0.5 + random()), true);
  }

  return {
    start() {
      startedAt = clock.now();
      step();
    },
    stop() {
      stopTimer();
      isPlaceFree = false;
    },
    takePlace() {
      if (!isPlaceFree) return false;
      isPlaceFree = false;
      return true;
    },
  };
}

/**
 * Attempts a second, so many milliseconds after the target has come back. What came later than that does not keep the
 * rate down: a process that sends more than 64 messages a second would never be through.
 */
function releaseRate(elapsedMs: number, hasBacklog: boolean): number {
  const doubled = FIRST_RATE * 2 ** Math.floor(elapsedMs / 1000);
  return hasBacklog ? Math.min(MAX_RATE, doubled) : doubled;
}
