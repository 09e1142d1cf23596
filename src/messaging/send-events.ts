import { type A2AEvent, type Emit, ignoreEvents } from "../events";
import type { FailedAttempt } from "../transport/request/execute-request";

/** Emits the events of one send. */
export interface SendEvents {
  attemptStarted(attempt: number): void;
  waiting(waitedMs: number): void;
  attemptFailed(attempt: FailedAttempt): void;
  retry(attempt: number, delayMs: number): void;
  /** `outcome` is the kind of the outcome, the code of the error, or `aborted`. */
  settled(ok: boolean, outcome: string, report: { attempts: number; elapsedMs: number }): void;
}

/** Creates them; `undefined` where nobody listens. */
export function createSendEvents(
  emit: Emit<A2AEvent>,
  subject: { peerId: string; messageId: string },
): SendEvents | undefined {
  if (emit === ignoreEvents) return undefined;
  return {
    attemptStarted(attempt) {
      emit({ type: "send.attempt_started", ...subject, attempt });
    },
    waiting(waitedMs) {
      emit({ type: "send.waiting", ...subject, waitedMs });
    },
    attemptFailed({ status, elapsedMs, ...attempt }) {
      emit({
        type: "send.attempt_failed",
        ...subject,
        ...attempt,
        ...(status === undefined ? {} : { status }),
        elapsedMs: Math.round(elapsedMs),
      });
    },
    retry(attempt, delayMs) {
      emit({ type: "send.retry", ...subject, attempt, delayMs: Math.round(delayMs) });
    },
    settled(ok, outcome, report) {
      emit({ type: "send.settled", ...subject, ok, outcome, ...report });
    },
  };
}
