import type { ClientInternals } from "../client/internals";
import { A2AError, isA2AError } from "../errors";
import type { BeatHistory } from "./beat-history";
import { serializeBeat } from "./beat-payload";
import { classifyBeat } from "./classify-beat";
import type { Health, HealthReport } from "./health";
import type { InboundSecret } from "./inbound-secret";
import type { BeatOptions } from "./loop";
import type { ResolvedHeartbeatOptions } from "./resolve-options";

/** The outcome of one beat. */
export interface BeatReport {
  /** True for an answer with a 2xx status and nothing else. */
  ok: boolean;
  /** HTTP status, if the platform answered. */
  status?: number;
  /** Milliseconds from the request to its end. */
  elapsedMs: number;
  /** Why it failed; absent for an accepted beat. */
  error?: A2AError;
}

export interface BeatMakerOptions {
  internals: ClientInternals;
  options: ResolvedHeartbeatOptions;
  health: Health;
  history: BeatHistory;
  secret: InboundSecret;
  /** Called when the client is closed. */
  onClosed(): void;
  /** Called when the platform answers that the workspace was removed. */
  onRemoved(reason: string): void;
}

/** Makes beats, one at a time. */
export interface BeatMaker {
  /** Sends one beat and records its outcome. Never rejects. */
  make(beat: BeatOptions): Promise<BeatReport>;
  /** Aborts the beat under way: its report has the error `closed`. */
  abort(): void;
}

interface BeatAttempt {
  health: HealthReport;
  startedAt: number;
  background: boolean;
  signal: AbortSignal;
}

/** Creates a maker of beats; the reported uptime counts from now. */
export function createBeatMaker(maker: BeatMakerOptions): BeatMaker {
  const { internals, health, history, secret, onClosed, onRemoved } = maker;
  const { clock } = internals;
  const createdAt = clock.now();
  let controller = new AbortController();

  return {
    abort: () => controller.abort(),
    async make({ background, push, last }) {
      const startedAt = clock.now();
      const elapsedMs = () => Math.round(clock.now() - startedAt);
      controller = last ?? new AbortController();
      const { signal } = controller;
      const snapshot = health.snapshot(push);
      try {
        const report = last === undefined ? snapshot : { ...snapshot, activeTasks: 0, currentTask: "" };
        const attempt = { health: report, startedAt, background, signal };
        const { status, body, platformMs } = await sendBeat(maker, attempt, createdAt);
        snapshot.accepted();
        history.accepted({ startedAt, elapsedMs: elapsedMs(), platformMs });
        // Not awaited: a beat waits for no disk.
        secret.storeFrom(body);
        return { ok: true, status, elapsedMs: elapsedMs() };
      } catch (cause) {
        if (signal.aborted) return { ok: false, elapsedMs: elapsedMs(), error: abortedError() };
        const error = isA2AError(cause) ? cause : unexpectedError(cause);
        if (error.code === "closed") onClosed();
        else history.failed(error, clock.now());
        if (error.code === "workspace_removed") onRemoved(error.message);
        const status = error.status === undefined ? {} : { status: error.status };
        return { ok: false, ...status, elapsedMs: elapsedMs(), error };
      }
    },
  };
}

async function sendBeat(
  { internals, options }: BeatMakerOptions,
  { health, startedAt, background, signal }: BeatAttempt,
  createdAt: number,
) {
  const { workspace, timeoutMs, runtime, spend } = options;
  const call = internals.calls.begin(timeoutMs, signal, background);
  try {
    return await internals.execute({
      method: "POST",
      path: "/registry/heartbeat",
      body: serializeBeat({
        workspaceId: workspace.id,
        uptimeMs: startedAt - createdAt,
        health,
        metadata: runtime(),
        monthlySpendCents: spend(),
      }),
      workspace,
      pool: internals.beatPool,
      call,
      limitMs: timeoutMs,
      // Not retried: the next beat follows soon.
      once: true,
      priority: "beat",
      classify: classifyBeat,
    });
  } finally {
    call.end();
  }
}

function abortedError(): A2AError {
  return new A2AError({ code: "closed", message: "The beat was called off: the heartbeat was stopped." });
}

function unexpectedError(cause: unknown): A2AError {
  return new A2AError({ code: "platform_error", message: "The heartbeat failed unexpectedly.", cause });
}
