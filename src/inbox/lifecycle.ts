import type { ClientInternals } from "../client/internals";
import { A2AError, invalidArgument } from "../errors";
import { settleWithin } from "../runtime/settle-within";
import { checkMilliseconds } from "../validation/options";
import type { Engine } from "./engine";

/** Options of `Inbox.stop`. */
export interface StopOptions {
  /** How long handlers of `run` may go on before their signals are aborted, in milliseconds. @default 0 */
  finishWithinMs?: number | undefined;
}

/** Starts and stops an inbox, with all that works on its messages. */
export interface Lifecycle {
  /** Begins to read, if it does not yet. Throws `closed` when the client is closed. */
  start(): void;
  /** Ends reading; resolves once handlers have ended and everything is stored, or when the time for it is over. */
  stop(options?: StopOptions): Promise<void>;
  /** Counts as work that {@link stop} waits for. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Aborted by {@link stop}, once handlers have had their time. */
  readonly signal: AbortSignal;
  /** True once {@link stop} was called: nothing is handed over any more. */
  readonly isStopping: boolean;
}

/** How long handlers whose signal was aborted are waited for, and then the disk, in milliseconds each. */
const STOP_MS = 5000;

/** `watch` is called when reading begins; what it returns, when reading ends. */
export function createLifecycle(
  internals: ClientInternals,
  engine: Engine,
  watch: () => (() => void) | undefined,
): Lifecycle {
  const { clock, calls, onClose } = internals;
  let controller = new AbortController();
  let isStopping = false;
  let unwatch: (() => void) | undefined;
  const working = new Set<Promise<unknown>>();

  const within = (work: Promise<unknown>, limitMs = STOP_MS) => settleWithin(work, limitMs, clock);
  const close = () => stop();

  async function stop({ finishWithinMs = 0 }: StopOptions = {}): Promise<void> {
    if (finishWithinMs !== 0) checkMilliseconds(finishWithinMs, "finishWithinMs", invalidArgument);
    isStopping = true;
    if (finishWithinMs > 0) {
      engine.notify();
      await within(Promise.allSettled(working), finishWithinMs);
    }
    onClose.delete(close);
    controller.abort(new A2AError({ code: "closed", message: "The inbox was stopped." }));
    engine.notify();
    await within(Promise.allSettled(working));
    await within(engine.stop());
    unwatch?.();
  }

  return {
    start() {
      if (engine.poller.running) return;
      // Throws where the client is closed: an inbox that never reads would look like an empty one.
      calls.begin(1, undefined).end();
      controller = new AbortController();
      isStopping = false;
      onClose.add(close);
      engine.start();
      unwatch?.();
      unwatch = watch();
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
    get isStopping() {
      return isStopping;
    },
  };
}
