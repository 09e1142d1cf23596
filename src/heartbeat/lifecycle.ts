import type { ClientInternals } from "../client/internals";
import type { Emit, HeartbeatEvent } from "../events";
import type { ResultsPoller } from "../results/poller";
import { settleWithin } from "../runtime/settle-within";
import { reportUnflushed } from "../storage/flush";
import type { BeatMaker, BeatReport } from "./beat";
import type { BeatHistory } from "./beat-history";
import type { InboundSecret } from "./inbound-secret";
import type { Loop } from "./loop";
import type { Reconciler } from "./reconciler";
import { recordRunning } from "./running";

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
  secret: InboundSecret;
}

/** Starts and stops what a heartbeat does by itself. */
export interface Lifecycle {
  /** Throws `closed` when the client is closed. */
  start(): void;
  /** Halts everything and makes a last beat without tasks. Resolves when both are done, or after `timeoutMs`. */
  stop(): Promise<void>;
  /** Halts everything at once: the client is closed. Resolves when no file is being written, or after 2 s. */
  halt(): Promise<void>;
  /** Halts everything, because the workspace was removed. */
  endRemoved(reason: string): void;
}

interface LifecycleState {
  /** The stop that began last. */
  stopping: Promise<unknown>;
  /** Aborts its last beat. */
  lastBeat: AbortController | undefined;
  /** Ends the reports about the disk and the entry among the running heartbeats; set while running. */
  leave: (() => void) | undefined;
}

/** How long the end of the client waits for files that are being written, in milliseconds. */
const DISK_LIMIT_MS = 2000;

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { internals, workspaceId, timeoutMs, emit, history, beats, loop, reconciler, poller, secret } =
    options;
  const { clock } = internals;
  const state: LifecycleState = { stopping: Promise.resolve(), lastBeat: undefined, leave: undefined };

  async function haltAll(): Promise<void> {
    internals.onClose.delete(halt);
    state.leave?.();
    state.leave = undefined;
    loop.halt();
    reconciler.halt();
    await Promise.all([poller?.halt(), secret.idle()]);
  }
  const halt = () => settleWithin(haltAll(), DISK_LIMIT_MS, clock);

  function enter(): () => void {
    const endReports = reportUnflushed(workspaceId, emit);
    const running = recordRunning(internals.platformUrl, workspaceId);
    if (running.isDuplicate) emit({ type: "heartbeat.duplicate", workspaceId });
    return () => {
      endReports();
      running.end();
    };
  }

  async function beatLast(last: AbortController): Promise<void> {
    await loop.request({ background: false, last });
    // Its answer may have brought a secret.
    await secret.idle();
  }

  return {
    halt,
    start() {
      // Begins and ends a call because that throws when the client is closed: no beat would ever be sent.
      internals.calls.begin(timeoutMs, undefined).end();
      history.started(internals.clock.now());
      internals.onClose.add(halt);
      state.leave ??= enter();
      loop.start();
    },
    async stop() {
      if (loop.running) {
        const halted = haltAll();
        // The beat under way may report tasks, and the last one would have to wait for it.
        beats.abort();
        state.lastBeat?.abort();
        state.lastBeat = new AbortController();
        state.stopping = Promise.all([halted, beatLast(state.lastBeat)]);
      }
      await settleWithin(Promise.all([state.stopping, secret.idle()]), timeoutMs, clock);
    },
    endRemoved(reason) {
      if (!loop.running) return;
      void halt();
      emit({ type: "heartbeat.removed", workspaceId, reason });
    },
  };
}
