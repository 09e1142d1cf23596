import type { ClientInternals } from "../client/internals";
import type { Emit, HeartbeatEvent } from "../events";
import type { ResultsPoller } from "../results/poller";
import type { BeatMaker, BeatReport } from "./beat";
import type { BeatHistory } from "./beat-history";
import type { Loop } from "./loop";
import type { Reconciler } from "./reconciler";

export interface LifecycleOptions {
  internals: ClientInternals;
  workspaceId: string;
  timeoutMs: number;
  emit: Emit<HeartbeatEvent>;
  history: BeatHistory;
  beats: BeatMaker;
  loop: Loop<BeatReport>;
  reconciler: Reconciler;
  poller: ResultsPoller | undefined;
}

/** Starts and stops what a heartbeat does by itself. */
export interface Lifecycle {
  /** Throws `closed` when the client is closed. */
  start(): void;
  /** Halts everything and makes a last beat without tasks. Resolves when both are done. */
  stop(): Promise<void>;
  /** Halts everything at once: the client is closed. Resolves when no file is being written. */
  halt(): Promise<void> | undefined;
  /** Halts everything, because the workspace was removed. */
  endRemoved(reason: string): void;
}

interface StopState {
  /** The stop that began last. */
  stopping: Promise<unknown>;
  /** Aborts its last beat. */
  lastBeat: AbortController | undefined;
}

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { internals, workspaceId, timeoutMs, emit, history, beats, loop, reconciler, poller } = options;
  const state: StopState = { stopping: Promise.resolve(), lastBeat: undefined };

  function halt(): Promise<void> | undefined {
    internals.onClose.delete(halt);
    loop.halt();
    reconciler.halt();
    return poller?.halt();
  }

  return {
    halt,
    start() {
      // Begins and ends a call because that throws when the client is closed: no beat would ever be sent.
      internals.calls.begin(timeoutMs, undefined).end();
      history.started(internals.clock.now());
      internals.onClose.add(halt);
      loop.start();
    },
    async stop() {
      if (loop.running) {
        const halted = halt();
        // The beat under way may report tasks, and the last one would have to wait for it.
        beats.abort();
        state.lastBeat?.abort();
        state.lastBeat = new AbortController();
        state.stopping = Promise.all([halted, loop.request({ background: false, last: state.lastBeat })]);
      }
      await state.stopping;
    },
    endRemoved(reason) {
      if (!loop.running) return;
      void halt();
      emit({ type: "heartbeat.removed", workspaceId, reason });
    },
  };
}
