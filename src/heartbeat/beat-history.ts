import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { isPersistent, shouldReport } from "../events/thinning";

/** The outcomes of the beats so far. Emits the events of each beat. */
export interface BeatHistory {
  /** Records that beating starts at `at`; from then on a gap between accepted beats counts as an outage. */
  started(at: number): void;
  /** Records an accepted beat that began at `at`. */
  accepted(at: number, elapsedMs: number): void;
  failed(error: A2AError): void;
  readonly consecutiveFailures: number;
  readonly lastBeatAt: Date | undefined;
  /** Set when the token was refused persistently: the workspace may be gone. Cleared by the lookup. */
  needsLookup: boolean;
  /** Time without an accepted beat, in milliseconds, if it was longer than `livenessMs`. Cleared by the registration that follows. */
  outageMs: number | undefined;
}

interface LastAccepted {
  /** On the monotonic clock. */
  at: number;
  /** On the wall clock: the monotonic one stops while a machine sleeps, and the platform's does not. */
  wallClockMs: number;
}

interface BeatCounts {
  consecutiveFailures: number;
  /** Refusals of the token, in a row. */
  refusals: number;
  lastAccepted: LastAccepted | undefined;
  lastBeatAt: Date | undefined;
}

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
    lastBeatAt: undefined,
  };
  const history: BeatHistory = {
    needsLookup: false,
    outageMs: undefined,
    started(at) {
      counts.lastAccepted ??= { at, wallClockMs: Date.now() };
    },
    accepted(at, elapsedMs) {
      const { lastAccepted } = counts;
      const wallClockMs = Date.now();
      if (lastAccepted !== undefined) {
        const gapMs = Math.max(at - lastAccepted.at, wallClockMs - lastAccepted.wallClockMs);
        if (gapMs > livenessMs) history.outageMs = gapMs;
      }
      counts.lastAccepted = { at, wallClockMs };
      counts.lastBeatAt = new Date(wallClockMs);
      counts.consecutiveFailures = 0;
      counts.refusals = 0;
      emit({ type: "heartbeat.sent", workspaceId, elapsedMs });
    },
    failed(error) {
      counts.consecutiveFailures += 1;
      counts.refusals = error.code === "unauthorized" ? counts.refusals + 1 : 0;
      const { consecutiveFailures: consecutive, refusals } = counts;
      const { code, status, message: reason } = error;
      if (shouldReport(consecutive)) {
        const answered = status === undefined ? {} : { status };
        emit({ type: "heartbeat.failed", workspaceId, consecutive, code, ...answered, reason });
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
