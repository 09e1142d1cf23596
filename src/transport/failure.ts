import type { A2AErrorCode } from "../errors";
import { toSingleLine } from "../text/sanitize";

/**
 * How far an attempt came before it failed: `waiting` for a connection, `connecting` (TLS included), `sent` once a byte
 * may have left, `answered` once the head of the response has arrived.
 */
export type Phase = "waiting" | "connecting" | "sent" | "answered";

/** The ways in which an attempt can fail. */
export type FailureKind =
  | "connect"
  | "connect_timeout"
  | "certificate"
  | "client_certificate"
  | "proxy"
  | "proxy_refused"
  | "scheme"
  | "pool_timeout"
  | "write_timeout"
  | "read"
  | "protocol"
  | "read_timeout"
  | "too_large"
  | "encoding"
  | "cancelled"
  | "unknown";

interface FailureTraits {
  /** The exception of the reference Python client for the same failure, for users who know its names. */
  readonly exception: string;
  /** Whether another attempt may succeed. */
  readonly transient: boolean;
  readonly code: A2AErrorCode;
}

/** What each kind of failure means, whatever was sent before. */
export const FAILURES: Readonly<Record<FailureKind, FailureTraits>> = {
  connect: { exception: "ConnectError", transient: true, code: "network" },
  connect_timeout: { exception: "ConnectTimeout", transient: true, code: "timeout" },
  certificate: { exception: "ConnectError", transient: false, code: "network" },
  // The server wants another certificate of the client, or one at all.
  client_certificate: { exception: "ConnectError", transient: false, code: "network" },
  proxy: { exception: "ProxyError", transient: true, code: "network" },
  proxy_refused: { exception: "ProxyError", transient: false, code: "network" },
  // Plain HTTP at a port for TLS, or the other way about.
  scheme: { exception: "ConnectError", transient: false, code: "network" },
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

/** The error of an attempt without a complete response. Internal: users get an A2AError. */
export class TransportFailure extends Error {
  readonly kind: FailureKind;
  readonly phase: Phase;
  /** Set once the head of the response has arrived. */
  readonly status: number | undefined;
  /** What to check about proxies, where one may be the reason. */
  proxyAdvice: string | undefined;

  constructor(kind: FailureKind, phase: Phase, message: string, status?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.phase = phase;
    this.status = status;
  }
}

/** The failure of a response with more than `maxBytes` decoded bytes. */
export function tooLargeFailure(maxBytes: number, status: number): TransportFailure {
  return new TransportFailure("too_large", "answered", `the answer is larger than ${maxBytes} bytes`, status);
}

const TLS_CODE = /^(DEPTH_ZERO_|SELF_SIGNED_|CERT_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|EPROTO)/;

/** Codes of a certificate that is not accepted, which ends the handshake. */
const VERIFICATION_CODE = /^(DEPTH_ZERO_|SELF_SIGNED_|CERT_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/;

/** What the other errors of TLS say when they end the handshake. They may also end a connection later. */
const HANDSHAKE_TEXT = /handshake|protocol version|unsupported protocol|unrecognized name|no shared cipher/i;

// Errors that occur only before a connection is established. ECONNRESET is not among them: it also ends connections.
const CONNECT_CODES = new Set([
  "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL",
  "EMFILE", "ENFILE", "UND_ERR_CONNECT_TIMEOUT", "ConnectionRefused", "FailedToOpenSocket",
]); // biome-ignore format: one list

const READ_CODES = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT", "ConnectionClosed"]);

/** Node's parser rejects a head of more than 16 KiB; a retry would get the same head. */
const OVERSIZED_HEAD = new Set(["HPE_HEADER_OVERFLOW", "UND_ERR_HEADERS_OVERFLOW"]);

/** What errors without a code say, of Deno and of workers, and the code of the same failure. The first that matches counts. */
const CODES_BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/invalid peer certificate/i, "CERT_INVALID"],
  [/client error \(Connect\)|tcp connect error|connection refused|dns error|failed to lookup address/i, "ECONNREFUSED"],
  [/connection closed before message completed|connection reset by peer|broken pipe|os error (104|32|10054)\b/i, "ECONNRESET"],
  [/error sending request|network connection lost|socket connection was closed/i, "ECONNRESET"],
]; // biome-ignore format: a table reads best in rows

/**
 * Classifies an error thrown by an HTTP client of the runtime. `phase` is how far the attempt came; without it (fetch
 * does not say) the error code decides, and in doubt the request counts as sent. `reusedSocket`: the connection has
 * carried another request before.
 */
export function toTransportFailure(
  error: unknown,
  phase?: Phase,
  status?: number,
  reusedSocket = false,
): TransportFailure {
  if (error instanceof TransportFailure) return error;
  const { code, syscall, messages } = withCode(unwrap(error), error);
  const text = toSingleLine(messages.join("; ") || code || "", 500);
  if (code === "ERR_PROXY_TUNNEL") return tunnelFailure(error);
  const neverConnected =
    phase === "connecting" || (phase === undefined && (CONNECT_CODES.has(code) || syscall === "connect"));
  const cause = publicCause(text, code, syscall);
  const isTls = TLS_CODE.test(code);
  const isConnected = phase === "sent" || phase === "answered";
  const isFirst = status === undefined && !reusedSocket;
  if (isTls ? !isConnected && WRONG_SCHEME.test(text) : isFirst && isAlertAsHttp(error, code)) {
    // A fetch does not say whether the handshake was over: plain text may also follow a request that has arrived.
    return new TransportFailure(
      "scheme",
      isTls && phase === undefined ? "sent" : "connecting",
      text,
      status,
      cause,
    );
  }
  if (isTls && isFirst && CLIENT_CERTIFICATE_ALERT.test(text)) {
    // A server that ends the handshake has read nothing of the request, which the client sends before it knows.
    return new TransportFailure("client_certificate", phase ? "connecting" : "sent", text, status, cause);
  }
  const inHandshake = neverConnected || (isTls && isHandshakeFailure(code, text));
  const phaseReached = phase ?? (inHandshake ? "connecting" : "sent");
  const kind = isTls && phaseReached !== "connecting" ? "protocol" : classifyCode(code, neverConnected);
  return new TransportFailure(kind, phaseReached, text, status, cause);
}

/** True for an error of TLS that comes before the first byte of a request. */
const isHandshakeFailure = (code: string, text: string): boolean =>
  VERIFICATION_CODE.test(code) || HANDSHAKE_TEXT.test(text);

/** Alerts with which a server refuses the certificate of a client. */
const CLIENT_CERTIFICATE_ALERT =
  /alert (bad certificate|unsupported certificate|certificate \w+|unknown ca|access denied|handshake failure)/i;

/** The failure of a proxy to open the way to the platform. Its own text names the proxy, so it is not repeated. */
function tunnelFailure(error: unknown): TransportFailure {
  const { statusCode } = error as { statusCode?: unknown };
  if (typeof statusCode !== "number")
    return new TransportFailure("proxy", "connecting", "the proxy gave no answer");
  const kind = statusCode >= 500 || statusCode === 429 ? "proxy" : "proxy_refused";
  return new TransportFailure(kind, "connecting", `the proxy answered HTTP ${statusCode}`);
}

/** The first two bytes of an alert of TLS, with which a server answers what is none. */
const TLS_ALERT = [0x15, 0x03];

/** What OpenSSL says of plain HTTP in place of a handshake. */
const WRONG_SCHEME = /wrong version number|packet length too long|http request/i;

/** True for an alert of TLS in place of a response: the server has not understood the plain HTTP that it was sent. */
function isAlertAsHttp(error: unknown, code: string): boolean {
  const rawPacket = (error as { rawPacket?: Uint8Array } | null | undefined)?.rawPacket;
  return code.startsWith("HPE_") && TLS_ALERT.every((byte, index) => rawPacket?.[index] === byte);
}

function classifyCode(code: string, neverConnected: boolean): FailureKind {
  if (TLS_CODE.test(code)) return "certificate";
  if (OVERSIZED_HEAD.has(code)) return "unknown";
  if (code === "UND_ERR_CONNECT_TIMEOUT") return "connect_timeout";
  // Codes of Node itself ("ERR_…") stand for an invalid request; any other error before a connection is one of the network.
  if (neverConnected && /^(?!ERR_|UND_|HPE_)./.test(code)) return "connect";
  if (code === "UND_ERR_SOCKET" || code.startsWith("HPE_") || code.startsWith("UND_ERR_RES_"))
    return "protocol";
  if (code.startsWith("UND_ERR_") && code.endsWith("_TIMEOUT")) return "read_timeout";
  if (code.startsWith("Z_")) return "encoding";
  if (READ_CODES.has(code)) return "read";
  return "unknown";
}

/** What an error and its causes say. */
interface Unwrapped {
  code: string;
  syscall: string;
  messages: string[];
}

// fetch wraps the actual error in one to three causes; an AggregateError lists one error for each address in `errors`.
const MAX_CAUSE_DEPTH = 5;

function unwrap(error: unknown): Unwrapped {
  const unwrapped: Unwrapped = { code: "", syscall: "", messages: [] };
  let layer: unknown = error;
  for (let depth = 0; depth < MAX_CAUSE_DEPTH && typeof layer === "object" && layer !== null; depth += 1) {
    const { name, code, syscall, message, errors, cause } = layer as Record<string, unknown>;
    if (unwrapped.code === "" && typeof code === "string") unwrapped.code = code;
    // Newer versions of fetch throw a parser error without a code.
    if (unwrapped.code === "" && name === "HTTPParserError") unwrapped.code = "HPE_UNNAMED";
    if (unwrapped.syscall === "" && typeof syscall === "string") unwrapped.syscall = syscall;
    if (Array.isArray(errors) && errors.length > 0) {
      const inner = errors.slice(0, 4).map(unwrap);
      if (unwrapped.code === "") unwrapped.code = inner[0]?.code ?? "";
      if (unwrapped.syscall === "") unwrapped.syscall = inner[0]?.syscall ?? "";
      unwrapped.messages = inner.flatMap((each) => each.messages);
      return unwrapped;
    }
    // The innermost message is the specific one ("fetch failed" is not).
    if (typeof message === "string" && message !== "") unwrapped.messages = [message];
    layer = cause;
  }
  return unwrapped;
}

/** The same with a code from what the error says, or one of its causes, where none of them has a code. */
function withCode(unwrapped: Unwrapped, error: unknown): Unwrapped {
  if (unwrapped.code !== "") return unwrapped;
  const outer = (error as { message?: unknown } | null | undefined)?.message;
  const said = [typeof outer === "string" ? outer : "", ...unwrapped.messages].join("; ").slice(0, 4096);
  const code = CODES_BY_MESSAGE.find(([pattern]) => pattern.test(said))?.[1] ?? "";
  return { ...unwrapped, code };
}

/** A cause that is safe to publish: the original may contain headers, the prompt and the URL. */
function publicCause(message: string, code: string, syscall: string): Error {
  return Object.assign(new Error(message), code === "" ? {} : { code }, syscall === "" ? {} : { syscall });
}
