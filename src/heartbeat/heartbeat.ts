import type { A2AClient } from "../client/client";
import { type ClientInternals, getInternals } from "../client/internals";
import { createResults, type Results } from "../results/results";
import { type BeatReport, createBeatMaker } from "./beat";
import { createBeatHistory } from "./beat-history";
import { createHealth } from "./health";
import { createInboundSecret } from "./inbound-secret";
import { createLifecycle } from "./lifecycle";
import { createLoop } from "./loop";
import type { HeartbeatOptions } from "./options";
import { createReconciler } from "./reconciler";
import { resolveHeartbeatOptions } from "./resolve-options";

/**
 * Keeps one workspace online and reports the health of its agent. It does not keep the process alive, and a beat
 * never throws.
 */
export interface Heartbeat extends AsyncDisposable {
  /** Makes the first beat now and schedules the others. Does nothing while it runs. Throws `closed` for a closed client. */
  start(): void;
  /** Stops beating, with a last beat that reports no tasks. Resolves within `timeoutMs`, also when a disk hangs. */
  stop(): Promise<void>;
  /** Makes one beat now, beside the regular ones. */
  beat(): Promise<BeatReport>;
  /** Counts a success of the agent in the error rate of the next beat. */
  recordSuccess(): void;
  /** Counts a failure of the agent in the error rate of the next beat, which shows `message` to people. */
  recordError(message: string): void;
  /** Reports a task as active until `end()`, or `using`, ends it. The platform learns of both within about 2 s. */
  beginTask(name: string): {
    /** Ends the task; a second time does nothing. */
    end(): void;
  } & Disposable;
  /** Reports that the runtime is stuck. The first reason stays until it is cleared. */
  markWedged(reason: string): void;
  /** Reports that the runtime works again. */
  clearWedge(): void;
  /**
   * The secret with which the platform authenticates to this workspace's agent, to check inbound calls. `undefined`
   * when the platform has sent none. Throws `configuration` when its file cannot be read.
   */
  inboundSecret(): Promise<string | undefined>;
  /** The results of delegations that were delivered. */
  readonly results: Results;
  /** What the heartbeat does now. */
  readonly status: {
    /** True from `start` to `stop`, and to the removal of the workspace. */
    running: boolean;
    /** Beats that have failed since the last accepted one. */
    consecutiveFailures: number;
    /** When the last beat was accepted; absent before the first. */
    lastBeatAt?: Date;
    /** The reason given to `markWedged`, until it is cleared. */
    wedged?: string;
  };
}

/** Creates the heartbeat of a workspace; it beats once it is started. Throws `invalid_argument` for wrong options. */
export function createHeartbeat(client: A2AClient, options: HeartbeatOptions = {}): Heartbeat {
  const parts = connectParts(getInternals(client), options);
  const { history, health, loop, lifecycle, secret, results } = parts;
  return {
    start: lifecycle.start,
    stop: lifecycle.stop,
    beat: () => loop.request({ background: false }),
    recordSuccess: health.recordSuccess,
    recordError: health.recordError,
    beginTask(name) {
      const end = health.beginTask(name);
      return { end, [Symbol.dispose]: end };
    },
    markWedged: health.markWedged,
    clearWedge: health.clearWedge,
    inboundSecret: secret.read,
    results,
    get status() {
      const { consecutiveFailures, lastBeatAt } = history;
      const { wedged } = health;
      return {
        running: loop.running,
        consecutiveFailures,
        ...(lastBeatAt === undefined ? {} : { lastBeatAt }),
        ...(wedged === undefined ? {} : { wedged }),
      };
    },
    [Symbol.asyncDispose]: lifecycle.stop,
  };
}

/** Creates the parts of a heartbeat and connects them. Throws `invalid_argument`. */
function connectParts(internals: ClientInternals, options: HeartbeatOptions) {
  const { clock, random } = internals;
  const resolved = resolveHeartbeatOptions(internals, options);
  const { workspace, intervalMs, timeoutMs, livenessMs, emit } = resolved;
  const workspaceId = workspace.id;
  const folder = internals.stateFolderFor(workspace, options.stateDir);
  const secret = createInboundSecret({ folder, workspace, clock, emit });
  const { results, poller } = createResults({
    internals,
    workspace,
    folder,
    options: resolved.delegations,
    timeoutMs,
    emit,
  });
  const history = createBeatHistory(workspaceId, livenessMs, emit);
  const health = createHealth(() => loop.pushSoon());
  const onRemoved = (reason: string) => lifecycle.endRemoved(reason);
  const onClosed = () => void lifecycle.halt();
  const beats = createBeatMaker({
    internals,
    options: resolved,
    health,
    history,
    secret,
    onClosed,
    onRemoved,
  });
  const reconciler = createReconciler({ internals, workspace, history, timeoutMs, emit, onRemoved });
  const loop = createLoop<BeatReport>({
    intervalMs,
    // Well below the time after which the platform takes the workspace for offline.
    longestGapMs: Math.max(livenessMs / 2, intervalMs),
    random,
    clock,
    beat: beats.make,
    getRetryAfterMs: ({ error }) =>
      error?.code === "rate_limited" ? (error.retryAfterMs ?? intervalMs) : undefined,
    afterRegularBeat(count, report) {
      poller?.afterBeat(report.error);
      reconciler.afterBeat(count);
    },
  });
  const lifecycle = createLifecycle({
    internals,
    workspaceId,
    timeoutMs,
    emit,
    history,
    beats,
    loop,
    reconciler,
    poller,
    secret,
  });
  return { history, health, loop, lifecycle, secret, results };
}
