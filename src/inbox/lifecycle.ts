import type { ClientInternals } from "../client/internals";
import { A2AError } from "../errors";
import type { Engine } from "./engine";

/** Starts and stops an inbox, with all that works on its messages. */
export interface Lifecycle {
  /** Begins to read, if it does not yet. Throws `closed` when the client is closed. */
  start(): void;
  /** Ends reading; resolves once handlers have ended and everything is stored, or when the time for it is over. */
  stop(): Promise<void>;
  /** Counts as work that {@link stop} waits for. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Aborted by {@link stop}. */
  readonly signal: AbortSignal;
}

/** How long handlers whose signal was aborted are waited for, and then the disk, in milliseconds each. */
const STOP_MS = 5000;

export function createLifecycle(internals: ClientInternals, engine: Engine): Lifecycle {
  const { clock, calls, onClose } = internals;
  let controller = new AbortController();
  const working = new Set<Promise<unknown>>();

  /** Resolves when the work has ended, however it ended, or when the time is over. */
  function within(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = clock.setTimer(resolve, STOP_MS);
      const end = () => {
        stopTimer();
        resolve();
      };
      work.then(end, end);
    });
  }

  async function stop(): Promise<void> {
    onClose.delete(stop);
    controller.abort(new A2AError({ code: "closed", message: "The inbox was stopped." }));
    engine.notify();
    await within(Promise.allSettled(working));
    await within(engine.stop());
  }

  return {
    start() {
      if (engine.poller.running) return;
      // Throws where the client is closed: an inbox that never reads would look like an empty one.
      calls.begin(1, undefined).end();
      controller = new AbortController();
      onClose.add(stop);
      engine.start();
    },
    stop,
    track(work) {
      working.add(work);
      const end = () => void working.delete(work);
      work.then(end, end);
      return work;
    },
    get signal() {
      return controller.signal;
    },
  };
}
