import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { isPersistent, shouldReport } from "../events/thinning";

/** What the beats so far add up to. */
export interface BeatHistory {
  /** Notes that beating begins at `at`: from then on the platform is expected to answer. */
  begun(at: number): void;
  /** Notes an accepted beat that began at `at`. */
  accepted(at: number, elapsedMs: number): void;
  failed(error: A2AError): void;
  readonly consecutiveFailures: number;
  /** Set when the token has been refused so often that something more may be wrong; until it was looked into. */
  alarmed: boolean;
  readonly lastBeatAt: Date | undefined;
  /** How long nothing was accepted before the last accepted beat, if that was longer than the platform believes. */
  outageMs: number | undefined;
}

export function createBeatHistory(
  workspaceId: string,
  livenessMs: number,
  emit: Emit<HeartbeatEvent>,
): BeatHistory {
  let acceptedAt: number | undefined;
  // The monotonic clock stands still while a machine sleeps, and the platform's does not.
  let acceptedOn = Date.now();
  let lastBeatAt: Date | undefined;
  let consecutiveFailures = 0;
  let refusals = 0;
  let alarmed = false;
  let outageMs: number | undefined;

  return {
    begun(at) {
      if (acceptedAt !== undefined) return;
      acceptedAt = at;
      acceptedOn = Date.now();
    },
    accepted(at, elapsedMs) {
      if (acceptedAt !== undefined) {
        const gapMs = Math.max(at - acceptedAt, Date.now() - acceptedOn);
        if (gapMs > livenessMs) outageMs = gapMs;
      }
      acceptedAt = at;
      acceptedOn = Date.now();
      lastBeatAt = new Date(acceptedOn);
      consecutiveFailures = 0;
      refusals = 0;
      emit({ type: "heartbeat.sent", workspaceId, elapsedMs });
    },
    failed({ code, status, message: reason }) {
      consecutiveFailures += 1;
      refusals = code === "unauthorized" ? refusals + 1 : 0;
      if (shouldReport(consecutiveFailures)) {
        const answered = status === undefined ? {} : { status };
        emit({
          type: "heartbeat.failed",
          workspaceId,
          consecutive: consecutiveFailures,
          code,
          ...answered,
          reason,
        });
      }
      if (isPersistent(refusals)) {
        alarmed = true;
        emit({ type: "heartbeat.unauthorized", workspaceId, consecutive: refusals, reason });
      }
    },
    get consecutiveFailures() {
      return consecutiveFailures;
    },
    get alarmed() {
      return alarmed;
    },
    set alarmed(value) {
      alarmed = value;
    },
    get lastBeatAt() {
      return lastBeatAt;
    },
    get outageMs() {
      return outageMs;
    },
    set outageMs(value) {
      outageMs = value;
    },
  };
}
