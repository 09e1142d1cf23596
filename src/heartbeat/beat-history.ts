import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { isPersistent, shouldReport } from "../events/thinning";

/** The outcomes of the beats so far. Emits the events of each beat. */
export interface BeatHistory {
  /** Records that beating starts at `at`; from then on a gap between accepted beats counts as an outage. */
  started(at: number): void;
  accepted(beat: AcceptedBeatTimes): void;
  /** Records a beat that failed at `at`, on the monotonic clock. */
  failed(error: A2AError, at: number): void;
  readonly consecutiveFailures: number;
  readonly lastBeatAt: Date | undefined;
  /** Set when the token was refused persistently: the workspace may be gone. Cleared by the lookup. */
  needsLookup: boolean;
  /** Time without an accepted beat, in milliseconds, if it was longer than `livenessMs`. Cleared by the registration that follows. */
  outageMs: number | undefined;
}

export interface AcceptedBeatTimes {
  /** When the beat began, on the monotonic clock. */
  startedAt: number;
  elapsedMs: number;
  /** The platform's own time in its answer, in milliseconds since 1970. */
  platformMs: number | undefined;
}

/** When the last beat was accepted. The monotonic clock stops while a machine sleeps, and the other two do not. */
interface LastAccepted {
  /** On the monotonic clock. */
  at: number;
  /** On the clock of this machine, which may be set; `undefined` for the start, before any beat. */
  wallClockMs: number | undefined;
  /** On the clock of the platform, if it shows it. */
  platformMs: number | undefined;
}

interface BeatCounts {
  consecutiveFailures: number;
  /** Refusals of the token, in a row. */
  refusals: number;
  lastAccepted: LastAccepted | undefined;
  /** True once the time without an accepted beat was reported. */
  isOverdue: boolean;
  lastBeatAt: Date | undefined;
}

/** Time without an accepted beat after which an operator has to know, in milliseconds: offline begins at 90 s. */
const OVERDUE_MS = 60_000;

/** Creates the history of a workspace the platform believes in for `livenessMs` without a beat. */
export function createBeatHistory(
  workspaceId: string,
  livenessMs: number,
  emit: Emit<HeartbeatEvent>,
): BeatHistory {
  const counts: BeatCounts = {
    consecutiveFailures: 0,
    refusals: 0,
    lastAccepted: undefined,
    isOverdue: false,
    lastBeatAt: undefined,
  };
  const history: BeatHistory = {
    needsLookup: false,
    outageMs: undefined,
    started(at) {
      counts.lastAccepted ??= { at, wallClockMs: undefined, platformMs: undefined };
    },
    accepted({ startedAt, elapsedMs, platformMs }) {
      const wallClockMs = Date.now();
      const accepted = { at: startedAt, wallClockMs, platformMs };
      const gapMs = counts.lastAccepted === undefined ? 0 : measureGap(counts.lastAccepted, accepted);
      if (gapMs > livenessMs) history.outageMs = gapMs;
      counts.lastAccepted = accepted;
      counts.lastBeatAt = new Date(wallClockMs);
      counts.consecutiveFailures = 0;
      counts.refusals = 0;
      counts.isOverdue = false;
      emit({ type: "heartbeat.sent", workspaceId, elapsedMs });
    },
    failed(error, at) {
      counts.consecutiveFailures += 1;
      counts.refusals = error.code === "unauthorized" ? counts.refusals + 1 : 0;
      const { consecutiveFailures: consecutive, refusals } = counts;
      const { code, status, message: reason } = error;
      if (shouldReport(consecutive)) {
        const answered = status === undefined ? {} : { status };
        emit({ type: "heartbeat.failed", workspaceId, consecutive, code, ...answered, reason });
      }
      const silentMs = at - (counts.lastAccepted?.at ?? at);
      if (silentMs >= OVERDUE_MS && !counts.isOverdue) {
        counts.isOverdue = true;
        emit({ type: "heartbeat.overdue", workspaceId, silentMs: Math.round(silentMs), code, reason });
      }
      if (isPersistent(refusals)) {
        history.needsLookup = true;
        emit({ type: "heartbeat.unauthorized", workspaceId, consecutive: refusals, reason });
      }
    },
    get consecutiveFailures() {
      return counts.consecutiveFailures;
    },
    get lastBeatAt() {
      return counts.lastBeatAt;
    },
  };
  return history;
}

/**
 * The time between two accepted beats, in milliseconds. Where the platform shows its clock, the clock of this machine
 * does not count: setting it is no outage.
 */
function measureGap(from: LastAccepted, to: LastAccepted): number {
  return Math.max(
    to.at - from.at,
    difference(from.platformMs, to.platformMs) ?? difference(from.wallClockMs, to.wallClockMs) ?? 0,
  );
}

const difference = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : to - from;
