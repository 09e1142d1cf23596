import type { A2AErrorCode } from "../errors";
import { toSingleLine } from "../text/sanitize";

/**
 * How far an attempt came before it failed:
 * `waiting` for its turn, `connecting` (TLS included), `sent` once a byte may have left, `answered` once the head
 * of the answer is here.
 */
export type Phase = "waiting" | "connecting" | "sent" | "answered";

export type FailureKind =
  | "connect"
  | "connect_timeout"
  | "certificate"
  | "pool_timeout"
  | "write_timeout"
  | "read"
  | "protocol"
  | "read_timeout"
  | "too_large"
  | "encoding"
  | "cancelled"
  | "unknown";

interface FailureFacts {
  /** The exception of the reference Python client that means the same; its users read these names. */
  readonly exception: string;
  /** Whether another attempt may go better. */
  readonly transient: boolean;
  readonly code: A2AErrorCode;
}

/** What each way to fail means, before anything is known of what was sent. */
export const FAILURES: Readonly<Record<FailureKind, FailureFacts>> = {
  connect: { exception: "ConnectError", transient: true, code: "network" },
  connect_timeout: { exception: "ConnectTimeout", transient: true, code: "timeout" },
  certificate: { exception: "ConnectError", transient: false, code: "network" },
  pool_timeout: { exception: "PoolTimeout", transient: true, code: "timeout" },
  write_timeout: { exception: "WriteTimeout", transient: true, code: "timeout" },
  read: { exception: "ReadError", transient: true, code: "network" },
  protocol: { exception: "RemoteProtocolError", transient: true, code: "network" },
  read_timeout: { exception: "ReadTimeout", transient: true, code: "timeout" },
  too_large: { exception: "ReadError", transient: false, code: "too_large" },
  encoding: { exception: "DecodingError", transient: false, code: "bad_response" },
  cancelled: { exception: "CancelledError", transient: false, code: "closed" },
  unknown: { exception: "TransportError", transient: false, code: "network" },
};

/** One attempt that brought no complete answer. Never leaves the package. */
export class TransportFailure extends Error {
  readonly kind: FailureKind;
  readonly phase: Phase;
  /** Known once the head of the answer was here. */
  readonly status: number | undefined;

  constructor(kind: FailureKind, phase: Phase, message: string, status?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.phase = phase;
    this.status = status;
  }
}

const CERTIFICATE_CODE =
  /^(DEPTH_ZERO_|SELF_SIGNED_|CERT_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|EPROTO)/;

// Whatever can go wrong before a connection stands. ECONNRESET is not among them: it also ends connections.
const CONNECT_CODES = new Set([
  "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL",
  "EMFILE", "ENFILE", "UND_ERR_CONNECT_TIMEOUT", "ConnectionRefused", "FailedToOpenSocket",
]); // biome-ignore format: one list

const READ_CODES = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT", "ConnectionClosed"]);

/** Node's parser gives up on a head of more than 16 KiB; the next attempt would meet the same head. */
const OVERSIZED_HEAD = new Set(["HPE_HEADER_OVERFLOW", "UND_ERR_HEADERS_OVERFLOW"]);

/**
 * Names the failure of an error that a runtime's HTTP client threw. `phase` is what is known of how far the
 * attempt came; without it (a fetch does not tell) the error code decides, and in doubt the request was sent.
 */
export function toTransportFailure(error: unknown, phase?: Phase, status?: number): TransportFailure {
  if (error instanceof TransportFailure) return error;
  const { code, syscall, messages } = unwrap(error);
  const text = toSingleLine(messages.join("; ") || code || "", 500);
  const neverConnected =
    phase === "connecting" || (phase === undefined && (CONNECT_CODES.has(code) || syscall === "connect"));
  const reached = phase ?? (neverConnected || CERTIFICATE_CODE.test(code) ? "connecting" : "sent");
  return new TransportFailure(
    kindOf(code, neverConnected),
    reached,
    text,
    status,
    publicCause(text, code, syscall),
  );
}

function kindOf(code: string, neverConnected: boolean): FailureKind {
  if (CERTIFICATE_CODE.test(code)) return "certificate";
  if (OVERSIZED_HEAD.has(code)) return "unknown";
  if (code === "UND_ERR_CONNECT_TIMEOUT") return "connect_timeout";
  // Codes of Node itself ("ERR_…") tell of a wrong request; any other trouble on the way there is the way's.
  if (neverConnected && /^(?!ERR_|UND_|HPE_)./.test(code)) return "connect";
  if (code === "UND_ERR_SOCKET" || code.startsWith("HPE_") || code.startsWith("UND_ERR_RES_"))
    return "protocol";
  if (code.startsWith("UND_ERR_") && code.endsWith("_TIMEOUT")) return "read_timeout";
  if (code.startsWith("Z_")) return "encoding";
  if (READ_CODES.has(code)) return "read";
  return "unknown";
}

interface Unwrapped {
  code: string;
  syscall: string;
  messages: string[];
}

// fetch hides the real error one to three causes deep, an AggregateError of several addresses in `errors`.
const DEEPEST_CAUSE = 5;

function unwrap(error: unknown): Unwrapped {
  const found: Unwrapped = { code: "", syscall: "", messages: [] };
  let layer: unknown = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof layer === "object" && layer !== null; depth += 1) {
    const { name, code, syscall, message, errors, cause } = layer as Record<string, unknown>;
    if (found.code === "" && typeof code === "string") found.code = code;
    // Newer versions of fetch give a parser's error no code.
    if (found.code === "" && name === "HTTPParserError") found.code = "HPE_UNNAMED";
    if (found.syscall === "" && typeof syscall === "string") found.syscall = syscall;
    if (Array.isArray(errors) && errors.length > 0) {
      const inner = errors.slice(0, 4).map(unwrap);
      if (found.code === "") found.code = inner[0]?.code ?? "";
      if (found.syscall === "") found.syscall = inner[0]?.syscall ?? "";
      found.messages = inner.flatMap((each) => each.messages);
      return found;
    }
    // The innermost words are the ones that say something ("fetch failed" does not).
    if (typeof message === "string" && message !== "") found.messages = [message];
    layer = cause;
  }
  return found;
}

/** A cause that is safe to hand out: the original may hold headers, the prompt and the URL. */
function publicCause(message: string, code: string, syscall: string): Error {
  return Object.assign(new Error(message), code === "" ? {} : { code }, syscall === "" ? {} : { syscall });
}
