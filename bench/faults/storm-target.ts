import { replyJson } from "../../test/helpers/sockets-server";

/** Work of a rejection, in served requests. */
const REJECTED_COST = 0.05;
/** Seconds whose capacity an idle target can have in hand. */
const BURST = 0.1;

/** A target that is down at first, and then serves so many requests a second and rejects the others. */
export interface StormTarget {
  /** Takes a request that arrives now: `undefined` while it is down. */
  take(): { status: number; type: string; body: string } | undefined;
  report(): StormReport;
}

export interface StormReport {
  readonly arrived: number;
  readonly served: number;
  /** The most requests that arrived in one second after the target was back, as a multiple of its capacity. */
  readonly peak: number;
  /** The most requests that arrived in one second while it was down. */
  readonly peakWhileDown: number;
}

const SERVED = { status: 200, type: "application/json", body: replyJson("ok") };
const REJECTED = { status: 503, type: "text/html", body: "<html>Service Unavailable</html>" };

export function createStormTarget(now: () => number, backAt: number, perSecond: number): StormTarget {
  const after: number[] = [];
  const before: number[] = [];
  const state = { arrived: 0, served: 0, credit: 1, creditAt: backAt };
  return {
    take() {
      const elapsed = now() - backAt;
      const second = Math.floor(elapsed / 1000);
      state.arrived += 1;
      if (elapsed < 0) {
        add(before, -second, 1);
        return undefined;
      }
      add(after, second, 1);
      const earned = ((now() - state.creditAt) / 1000) * perSecond;
      state.credit = Math.min(Math.max(1, perSecond * BURST), state.credit + earned);
      state.creditAt = now();
      const isServed = state.credit >= 1;
      state.credit -= isServed ? 1 : REJECTED_COST;
      if (isServed) state.served += 1;
      return isServed ? SERVED : REJECTED;
    },
    report: () => ({
      arrived: state.arrived,
      served: state.served,
      peak: largest(after) / perSecond,
      peakWhileDown: largest(before),
    }),
  };
}

function add(seconds: number[], second: number, amount: number): void {
  seconds[second] = (seconds[second] ?? 0) + amount;
}

const largest = (seconds: readonly number[]): number =>
  seconds.reduce((most, each) => Math.max(most, each ?? 0), 0);

/** The same target under callers that repeat after 1, 2, 4 and 8 s, ±25 %, each on its own. */
export function referenceStorm(
  callers: number,
  backAt: number,
  perSecond: number,
  random: () => number,
): StormReport {
  const steps = new Map<number, number[]>();
  const time = { now: 0 };
  const target = createStormTarget(() => time.now, backAt, perSecond);
  const attempt = (tried: number) => {
    if (target.take()?.status === 200 || tried === 5) return;
    const at = time.now + 1000 * 2 ** (tried - 1) * (0.75 + random() / 2);
    const step = Math.ceil(at);
    steps.set(step, [...(steps.get(step) ?? []), tried + 1]);
  };
  for (let caller = 0; caller < callers; caller += 1) attempt(1);
  for (; steps.size > 0; time.now += 1) {
    const due = steps.get(time.now) ?? [];
    steps.delete(time.now);
    for (const tried of due) attempt(tried);
  }
  return target.report();
}
