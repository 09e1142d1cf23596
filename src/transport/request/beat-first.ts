import type { Clock } from "../../runtime/clock";
import type { Call } from "../call";

/** A time in which messages to one platform give way to a beat. */
interface Reservation {
  readonly clock: Clock;
  /** On that clock. */
  readonly from: number;
  readonly until: number;
  readonly over: Promise<void>;
}

// By the URL of the platform: all clients of the process share its rate limit.
const reservations = new Map<string, Reservation>();

/**
 * Holds back the messages to a platform whose rate limit has refused a beat: from `fromMs` to `untilMs` milliseconds
 * from now, when the limit is reset and the beat is repeated. Returns the function that ends this, for when the beat is
 * over.
 */
export function reserveForBeat(
  platformUrl: string,
  clock: Clock,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): () => void {
  const now = clock.now();
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const reservation = { clock, from: now + fromMs, until: now + untilMs, over };
  reservations.set(platformUrl, reservation);
  const stopTimer = clock.setTimer(release, untilMs, true);
  function release(): void {
    stopTimer();
    end();
    if (reservations.get(platformUrl) === reservation) reservations.delete(platformUrl);
  }
  return release;
}

/** Waits until a beat that is due has gone first. Does not wait for what the call has no time for. */
export async function giveWayToBeat(platformUrl: string, call: Call): Promise<void> {
  const reservation = reservations.get(platformUrl);
  if (reservation === undefined) return;
  const { clock, from, until, over } = reservation;
  const now = clock.now();
  if (now < from || until - now >= call.remainingMs()) return;
  await call.waitFor(over);
}
