import type { Delivery } from "../../errors";
import { FAILURES, type FailureKind, type Phase, type TransportFailure } from "../failure";
import type { Failure } from "./result";

/** What a request does decides whether it may be sent again after a failure. */
export interface RequestSafety {
  /** True for a request that gives a peer something to do. */
  readonly task: boolean;
  /** True for a task with an idempotency key. */
  readonly keyed: boolean;
  /** Whether to send a request again that the peer may have run. */
  readonly retryMaybeDelivered: boolean;
  /** Whether to send a request again that the other side has and has not answered in time. */
  readonly retryTimeouts: boolean;
}

const DELIVERY: Readonly<Record<Phase, Delivery>> = {
  waiting: "not-sent",
  connecting: "not-sent",
  sent: "maybe",
  // Of a success only: any other response is classified by its status, with or without its body.
  answered: "confirmed",
};

/** Classifies an attempt without a complete response. */
export function classifyFailure(
  failure: TransportFailure,
  platformUrl: string,
  safety: RequestSafety,
): Failure {
  const { kind, phase, status } = failure;
  const { code, exception, transient } = FAILURES[kind];
  const isReplyLost = safety.task && phase === "answered" && code === "network";
  return {
    code: isReplyLost ? "reply_lost" : code,
    summary: `${summary(kind, phase, platformUrl, status)}${failure.message === "" ? "" : ` (${failure.message})`}`,
    advice: safety.task && isRunning(kind, phase) ? runningAdvice(safety) : ADVICE[kind],
    detail: exceptionText(exception, failure.message),
    delivery: safety.task ? DELIVERY[phase] : "not-sent",
    retryable: transient && mayRetry(kind, phase, safety),
    status,
    cause: failure.cause,
  };
}

/**
 * Whether a request that came this far may be sent again. Never after the response to a task has begun, unless that
 * has a key: the platform has stored it by then.
 */
function mayRetry(kind: FailureKind, phase: Phase, safety: RequestSafety): boolean {
  if (!safety.task || DELIVERY[phase] === "not-sent") return true;
  if (isRunning(kind, phase) && !safety.retryTimeouts) return false;
  return (DELIVERY[phase] === "maybe" || safety.keyed) && safety.retryMaybeDelivered;
}

/** The other side has the request and has not answered in time: it is running, not lost. */
const isRunning = (kind: FailureKind, phase: Phase): boolean => kind === "read_timeout" && phase === "sent";

/** What to do about a keyed task is in the note on its key. */
const runningAdvice = ({ keyed }: RequestSafety): string | undefined => (keyed ? undefined : STILL_RUNNING);

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

/** The text of an exception in the reference client: its type and its message, unless the message has the type. */
function exceptionText(exception: string, message: string): string {
  if (message === "") return `${exception} (no message — likely connection reset or silent timeout)`;
  if (message.startsWith(`${exception}:`) || message.startsWith(`${exception} `)) return message;
  return `${exception}: ${message}`;
}
