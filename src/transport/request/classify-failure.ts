import type { Delivery } from "../../errors";
import { FAILURES, type FailureKind, type Phase, type TransportFailure } from "../failure";
import type { Failure } from "./result";

/** What a request carries decides what a broken one means. */
export interface RequestSafety {
  /** False for a request that gives a peer nothing to do. */
  readonly task: boolean;
  /** May be repeated freely: it has no effect, or a key that makes it have only one. */
  readonly idempotent: boolean;
  /** Whether to repeat what the peer may have run. */
  readonly retryMaybeDelivered: boolean;
  /** Whether to repeat a request that the other side has and has not answered in time. */
  readonly retryTimeouts: boolean;
}

const DELIVERY: Readonly<Record<Phase, Delivery>> = {
  waiting: "not-sent",
  connecting: "not-sent",
  sent: "maybe",
  // Only a success head gets here: other answers are judged by their status even when their body is lost.
  answered: "confirmed",
};

/** What an attempt without a complete answer means. */
export function classifyFailure(
  failure: TransportFailure,
  platformUrl: string,
  carried: RequestSafety,
): Failure {
  const { kind, phase, status } = failure;
  const { code, exception, transient } = FAILURES[kind];
  const replyWasCut = carried.task && phase === "answered" && code === "network";
  return {
    code: replyWasCut ? "reply_lost" : code,
    summary: `${summary(kind, phase, platformUrl, status)}${failure.message === "" ? "" : ` (${failure.message})`}`,
    advice: carried.task && isRunning(kind, phase) ? STILL_RUNNING : ADVICE[kind],
    detail: exceptionText(exception, failure.message),
    delivery: carried.task ? DELIVERY[phase] : "not-sent",
    retryable: transient && mayRepeat(kind, phase, carried),
    status,
    cause: failure.cause,
  };
}

/** Whether a request that came this far may be sent again. A reply that had begun is never asked for twice. */
function mayRepeat(kind: FailureKind, phase: Phase, carried: RequestSafety): boolean {
  if (carried.idempotent || DELIVERY[phase] === "not-sent") return true;
  if (isRunning(kind, phase) && !carried.retryTimeouts) return false;
  return DELIVERY[phase] === "maybe" && carried.retryMaybeDelivered;
}

/** The other side has the request and has not answered in time: it is running, not lost. */
const isRunning = (kind: FailureKind, phase: Phase): boolean => kind === "read_timeout" && phase === "sent";

const STILL_RUNNING =
  "The task is probably still running: ask the peer what became of it, naming the message id, or allow more time with `budgetMs`.";

function summary(kind: FailureKind, phase: Phase, platformUrl: string, status: number | undefined): string {
  switch (kind) {
    case "connect":
    case "connect_timeout":
      return `Could not connect to the platform at ${platformUrl}`;
    case "certificate":
      return `No secure connection to the platform at ${platformUrl}`;
    case "pool_timeout":
      return "The time for this call was over before it could be sent";
    case "write_timeout":
      return `The platform at ${platformUrl} did not take the request in time`;
    case "too_large":
      return "The answer is too large";
    case "encoding":
      return "The answer could not be decoded";
    case "read_timeout":
      return phase === "answered"
        ? `The platform began to answer (HTTP ${status}), but the answer did not end in time`
        : `The platform at ${platformUrl} gave no answer in time`;
    default:
      return phase === "answered"
        ? `The platform began to answer (HTTP ${status}), but the connection broke before the answer was complete`
        : `The connection to the platform at ${platformUrl} broke before an answer came`;
  }
}

const ADVICE: Partial<Record<FailureKind, string>> = {
  connect: "Check the platform URL and that the platform is running.",
  connect_timeout: "Check the platform URL and that the platform is running.",
  certificate: "Check the platform URL and the certificate authorities of this machine.",
  too_large: "Ask for a shorter answer, or for a reference to a file.",
};

/** The text the reference client makes of an exception; a message that names its type already is left as it is. */
function exceptionText(exception: string, message: string): string {
  if (message === "") return `${exception} (no message — likely connection reset or silent timeout)`;
  if (message.startsWith(`${exception}:`) || message.startsWith(`${exception} `)) return message;
  return `${exception}: ${message}`;
}
