import type { A2AClient } from "../client";
import { A2AError, invalidArgument, isA2AError } from "../errors";
import { internalsOf } from "../internals";
import { type HttpAnswer, isSuccess } from "../transport/answer";
import { explain, statusLine } from "../transport/answer-body";
import { failed, succeeded, type Verdict } from "../transport/verdict";
import { milliseconds } from "../validate";
import { beatBody } from "./body";

export interface HeartbeatOptions {
  /** Id of the own workspace to keep alive. @default the client's default workspace */
  source?: string | undefined;
  /** From the start of one beat to the start of the next, in milliseconds. @default 30000 */
  intervalMs?: number | undefined;
  /** One beat, in milliseconds. @default 10000 */
  timeoutMs?: number | undefined;
}

/** What became of one beat. */
export interface BeatReport {
  /** True for a 2xx answer and nothing else. */
  ok: boolean;
  /** HTTP status, if the platform answered. */
  status?: number;
  elapsedMs: number;
  error?: A2AError;
}

/** Keeps one workspace online. It does not keep the process alive, and no beat ever throws. */
export interface Heartbeat extends AsyncDisposable {
  /** Begins beating, at once. Does nothing when it is running already. */
  start(): void;
  /** Ends beating; resolves once no beat is under way. */
  stop(): Promise<void>;
  /** One beat now, beside the regular ones. */
  beat(): Promise<BeatReport>;
  readonly status: { running: boolean; consecutiveFailures: number; lastBeatAt?: Date };
}

/** Creates the heartbeat of a workspace. Throws `invalid_argument` for wrong options. */
export function createHeartbeat(client: A2AClient, options: HeartbeatOptions = {}): Heartbeat {
  const { workspaces, calls, exchange, controlPool, clock } = internalsOf(client);
  const workspace = workspaces.named(options.source) ?? workspaces.default;
  const intervalMs = milliseconds(options.intervalMs ?? 30_000, "intervalMs", invalidArgument);
  const timeoutMs = milliseconds(options.timeoutMs ?? 10_000, "timeoutMs", invalidArgument);
  const bornAt = clock.now();
  let running = false;
  let consecutiveFailures = 0;
  let lastBeatAt: Date | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let underWay: Promise<unknown> = Promise.resolve();

  async function beat(): Promise<BeatReport> {
    const startedAt = clock.now();
    const elapsed = () => Math.round(clock.now() - startedAt);
    try {
      const call = calls.begin(timeoutMs, undefined);
      try {
        const status = await exchange({
          method: "POST",
          path: "/registry/heartbeat",
          body: beatBody({ workspaceId: workspace.id, uptimeMs: clock.now() - bornAt }),
          workspace,
          pool: controlPool,
          call,
          limitMs: timeoutMs,
          // The next beat is the repeat.
          once: true,
          judge: judgeBeat,
        });
        consecutiveFailures = 0;
        lastBeatAt = new Date();
        return { ok: true, status, elapsedMs: elapsed() };
      } finally {
        call.end();
      }
    } catch (cause) {
      consecutiveFailures += 1;
      const error = isA2AError(cause) ? cause : unexpected(cause);
      if (error.code === "closed") running = false;
      const report: BeatReport = { ok: false, elapsedMs: elapsed(), error };
      if (error.status !== undefined) report.status = error.status;
      return report;
    }
  }

  async function beatAndGoOn(dueAt: number): Promise<void> {
    await beat();
    if (!running) return;
    // Counted from when this one was due, so the period does not drift; what a stall has missed is skipped.
    const nextDueAt = Math.max(dueAt + intervalMs, clock.now());
    timer = setTimeout(() => {
      underWay = beatAndGoOn(nextDueAt);
    }, nextDueAt - clock.now());
    (timer as { unref?: () => void }).unref?.();
  }

  async function stop(): Promise<void> {
    running = false;
    clearTimeout(timer);
    await underWay;
  }

  return {
    start() {
      if (running) return;
      running = true;
      underWay = underWay.then(() => beatAndGoOn(clock.now()));
    },
    stop,
    beat,
    get status() {
      return { running, consecutiveFailures, ...(lastBeatAt === undefined ? {} : { lastBeatAt }) };
    },
    [Symbol.asyncDispose]: stop,
  };
}

function judgeBeat(answer: HttpAnswer): Verdict<number> {
  if (isSuccess(answer.status)) return succeeded(answer.status);
  const said = explain(answer);
  const unauthorized = answer.status === 401;
  return failed({
    code: unauthorized ? "unauthorized" : answer.status === 429 ? "rate_limited" : "platform_error",
    summary: `The platform did not accept the heartbeat (${statusLine(answer, said)})`,
    delivery: "not-sent",
    again: !unauthorized,
    status: answer.status,
    retryAfterMs: said.retryAfterMs,
  });
}

function unexpected(cause: unknown): A2AError {
  return new A2AError({ code: "platform_error", message: "The heartbeat failed unexpectedly.", cause });
}
