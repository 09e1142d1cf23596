import type { A2AClient } from "../client/client";
import { getInternals } from "../client/internals";
import { A2AError, isA2AError } from "../errors";
import { createResults, type Results } from "../results/results";
import { createBeatHistory } from "./beat-history";
import { serializeBeat } from "./beat-payload";
import { classifyBeat } from "./classify-beat";
import { createHealth, type HealthReport } from "./health";
import { createInboundSecret } from "./inbound-secret";
import { type BeatOptions, createLoop } from "./loop";
import { type HeartbeatOptions, resolveHeartbeat } from "./options";
import { createReconciler } from "./reconciler";

/** What became of one beat. */
export interface BeatReport {
  /** True for a 2xx answer and nothing else. */
  ok: boolean;
  /** HTTP status, if the platform answered. */
  status?: number;
  elapsedMs: number;
  error?: A2AError;
}

/** Keeps one workspace online and tells how its agent is. It does not keep the process alive; no beat ever throws. */
export interface Heartbeat extends AsyncDisposable {
  /** Begins beating, at once. Does nothing when it is running already. Throws `closed` when the client is closed. */
  start(): void;
  /** Ends beating with a last beat that reports no task; resolves within `timeoutMs`. */
  stop(): Promise<void>;
  /** One beat now, beside the regular ones. */
  beat(): Promise<BeatReport>;
  /** The agent answered well: counts into the error rate of the next beat. */
  recordSuccess(): void;
  /** The agent failed: counts into the error rate, and `message` is shown to people until it is reported. */
  recordError(message: string): void;
  /** Reports a task as active until `end()` (or `using`) ends it; the platform is told soon. */
  beginTask(name: string): { end(): void } & Disposable;
  /** Reports that the runtime is stuck. The first reason counts until it is cleared. */
  markWedged(reason: string): void;
  clearWedge(): void;
  /** The secret with which the platform signs in to this workspace's agent, for checking inbound calls. */
  inboundSecret(): Promise<string | undefined>;
  /** The results of delegations that have come home. */
  readonly results: Results;
  readonly status: { running: boolean; consecutiveFailures: number; lastBeatAt?: Date; wedged?: string };
}

/** Creates the heartbeat of a workspace. Throws `invalid_argument` for wrong options. */
export function createHeartbeat(client: A2AClient, options: HeartbeatOptions = {}): Heartbeat {
  const internals = getInternals(client);
  const { clock } = internals;
  const resolved = resolveHeartbeat(internals, options);
  const { workspace, timeoutMs, emit, runtime, spend, delegations, ...settings } = resolved;
  const workspaceId = workspace.id;
  const bornAt = clock.now();

  const folder = internals.stateFolderFor(workspace, options.stateDir);
  const secret = createInboundSecret(folder, workspaceId, emit);
  const { results, poller } = createResults({
    internals,
    workspace,
    folder,
    options: delegations,
    timeoutMs,
    emit,
  });
  const record = createBeatHistory(workspaceId, settings.livenessMs, emit);
  const health = createHealth(() => loop.pushSoon());
  const loop = createLoop<BeatReport>({
    intervalMs: settings.intervalMs,
    // Well below what the platform waits for, whatever it asks of us.
    longestGapMs: Math.max(settings.livenessMs / 3, settings.intervalMs),
    random: internals.random,
    clock,
    beat,
    hintOf: ({ error }) =>
      error?.code === "rate_limited" ? (error.retryAfterMs ?? settings.intervalMs) : undefined,
    afterRegular(count, { error }) {
      poller?.afterBeat(error);
      void lookAfter(count);
    },
  });
  let abortBeat = new AbortController();
  let abortLookAfter: AbortController | undefined;

  const caretaker = createReconciler({ internals, workspace, record, emit, onRemoved: endRemoved });

  async function beat({ background, push, last }: BeatOptions): Promise<BeatReport> {
    const startedAt = clock.now();
    const elapsed = () => Math.round(clock.now() - startedAt);
    const controller = last ?? new AbortController();
    abortBeat = controller;
    const report = health.snapshot(push);
    try {
      const told = last !== undefined ? { ...report, activeTasks: 0, currentTask: "" } : report;
      const { status, body } = await send(told, startedAt, background, controller.signal);
      report.accepted();
      record.accepted(startedAt, elapsed());
      await secret.learn(body);
      return { ok: true, status, elapsedMs: elapsed() };
    } catch (cause) {
      if (controller.signal.aborted) return { ok: false, elapsedMs: elapsed(), error: calledOff() };
      const error = isA2AError(cause) ? cause : unexpected(cause);
      if (error.code === "closed") void halt();
      else record.failed(error);
      if (error.code === "workspace_removed") endRemoved(error.message);
      const status = error.status === undefined ? {} : { status: error.status };
      return { ok: false, ...status, elapsedMs: elapsed(), error };
    }
  }

  async function send(health: HealthReport, startedAt: number, background: boolean, signal: AbortSignal) {
    const call = internals.calls.begin(timeoutMs, signal, background);
    const facts = { workspaceId, uptimeMs: startedAt - bornAt, health };
    try {
      return await internals.execute({
        method: "POST",
        path: "/registry/heartbeat",
        body: serializeBeat({ ...facts, metadata: runtime(), monthlySpendCents: spend() }),
        workspace,
        pool: internals.controlPool,
        call,
        limitMs: timeoutMs,
        // The next beat is the repeat.
        once: true,
        classify: classifyBeat,
      });
    } finally {
      call.end();
    }
  }

  async function lookAfter(count: number): Promise<void> {
    if (abortLookAfter !== undefined) return;
    abortLookAfter = new AbortController();
    try {
      await caretaker.reconcile(count, { timeoutMs, signal: abortLookAfter.signal });
    } catch {
      // Called off, or not to be had now; there is another look after the beats to come.
    } finally {
      abortLookAfter = undefined;
    }
  }

  function halt(): Promise<void> | undefined {
    internals.onClose.delete(halt);
    loop.halt();
    abortLookAfter?.abort();
    return poller?.halt();
  }

  function endRemoved(reason: string): void {
    if (!loop.running) return;
    void halt();
    emit({ type: "heartbeat.removed", workspaceId, reason });
  }

  let stopping: Promise<unknown> = Promise.resolve();
  let ending: AbortController | undefined;
  async function stop(): Promise<void> {
    if (loop.running) {
      const halted = halt();
      // What is under way would report tasks that the last beat takes back.
      abortBeat.abort();
      ending?.abort();
      ending = new AbortController();
      stopping = Promise.all([halted, loop.request({ background: false, last: ending })]);
    }
    await stopping;
  }

  return {
    start() {
      // Throws where the client is closed: a heartbeat that never beats would look like one that does.
      internals.calls.begin(timeoutMs, undefined).end();
      record.begun(clock.now());
      internals.onClose.add(halt);
      loop.start();
    },
    stop,
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
      const { consecutiveFailures, lastBeatAt } = record;
      const { wedged } = health;
      return {
        running: loop.running,
        consecutiveFailures,
        ...(lastBeatAt === undefined ? {} : { lastBeatAt }),
        ...(wedged === undefined ? {} : { wedged }),
      };
    },
    [Symbol.asyncDispose]: stop,
  };
}

function calledOff(): A2AError {
  return new A2AError({ code: "closed", message: "The beat was called off: the heartbeat was stopped." });
}

function unexpected(cause: unknown): A2AError {
  return new A2AError({ code: "platform_error", message: "The heartbeat failed unexpectedly.", cause });
}
