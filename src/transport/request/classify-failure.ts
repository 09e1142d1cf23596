import type { Delivery } from "../../errors";
import { FAILURES, type FailureKind, type Phase, type TransportFailure } from "../failure";
import { mayRepeat, type RequestSafety, STILL_RUNNING_ADVICE } from "./may-repeat";
import type { Failure } from "./result";

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
  const delivery = safety.task ? DELIVERY[phase] : "not-sent";
  // The other side has the request and has not answered in time: it is running, not lost.
  const stillRunning = kind === "read_timeout" && phase === "sent";
  return {
    code: isReplyLost ? "reply_lost" : code,
    summary: `${summary(kind, phase, platformUrl, status)}${failure.message === "" ? "" : ` (${failure.message})`}`,
    advice: safety.task && stillRunning ? runningAdvice(safety) : adviceFor(failure, platformUrl),
    detail: exceptionText(exception, failure.message),
    delivery,
    retryable: transient && mayRepeat({ delivery, stillRunning }, safety),
    stillRunning,
    status,
    cause: failure.cause,
    down: IS_DOWN.has(kind) ? "platform" : undefined,
  };
}

/** Failures after which other requests would fail alike. */
const IS_DOWN: ReadonlySet<FailureKind> = new Set(["connect", "connect_timeout", "proxy"]);

/** What to do about a keyed task is in the note on its key. */
const runningAdvice = ({ keyed, hasPeer }: RequestSafety): string | undefined =>
  keyed || !hasPeer ? undefined : STILL_RUNNING_ADVICE;

function summary(kind: FailureKind, phase: Phase, platformUrl: string, status: number | undefined): string {
  switch (kind) {
    case "connect":
    case "connect_timeout":
      return `Could not connect to the platform at ${platformUrl}`;
    case "proxy":
    case "proxy_refused":
      return `The proxy did not connect to the platform at ${platformUrl}`;
    case "certificate":
    case "client_certificate":
    case "scheme":
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

function adviceFor(
  { kind, phase, message, proxyAdvice }: TransportFailure,
  platformUrl: string,
): string | undefined {
  const isPlain = platformUrl.startsWith("http:");
  if (kind === "scheme") {
    return isPlain
      ? "The server speaks TLS at this port: the platform URL has to begin with `https://`, or to name another port."
      : "The server speaks plain HTTP at this port: the platform URL has to begin with `http://`, or to name another port.";
  }
  if (phase !== "sent")
    return [ADVICE[kind], proxyAdvice].filter((each) => each !== undefined).join(" ") || undefined;
  if (kind === "protocol" && message.includes("Expected HTTP/")) {
    return "What answers there does not speak HTTP: check the port of the platform URL.";
  }
  // A server of TLS may close a plain connection, or one with a wrong certificate, as silently as one that has crashed.
  if (kind === "read" || kind === "protocol") {
    if (!isPlain)
      return "If this happens each time, the server may want another client certificate: check `tls.cert`.";
    return "If this happens each time, check scheme and port of the platform URL: a server that speaks TLS closes plain connections.";
  }
  return ADVICE[kind];
}

const ADVICE: Partial<Record<FailureKind, string>> = {
  connect: "Check the platform URL and that the platform is running.",
  connect_timeout: "Check the platform URL and that the platform is running.",
  certificate:
    "Check the platform URL and the certificate authorities: those of a company are added with NODE_EXTRA_CA_CERTS or the option `tls.ca`.",
  client_certificate:
    "The server ended the handshake, most likely because it wants a certificate of this client, or another one: check `tls.cert` and `tls.key`.",
  proxy_refused: "Check the credentials in the URL of the proxy, and what it lets through.",
  too_large: "Ask for a shorter answer, or for a reference to a file.",
};

/** The text of an exception in the reference client: its type and its message, unless the message has the type. */
function exceptionText(exception: string, message: string): string {
  if (message === "") return `${exception} (no message — likely connection reset or silent timeout)`;
  if (message.startsWith(`${exception}:`) || message.startsWith(`${exception} `)) return message;
  return `${exception}: ${message}`;
}
