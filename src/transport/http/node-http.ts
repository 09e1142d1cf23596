import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { builtin } from "../../runtime/builtins";
import type { Clock } from "../../runtime/clock";
import type { AttemptLimits, HttpResponse } from "../response";
import { isRedirect, isSuccess, MAX_ERROR_BODY_BYTES } from "../response";
import {
  CONNECT_TIMEOUT_MS,
  failFrom,
  failWith,
  freeConnection,
  markAnswered,
  markConnected,
  markWritten,
  type NodeAttempt,
  startAttempt,
  succeed,
} from "./node-attempt";
import { getStatus, readBody } from "./node-response";
import { mayUseProxy, proxyAdvice } from "./proxy";

/** The server that requests go to, parsed once: parsing a URL for each request takes a fifth of the request's CPU time. */
export interface Origin {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: string;
  /** Value of the `Host` header: the port is left out where it is the protocol's own. */
  readonly host: string;
  /** Node's module for the protocol. */
  readonly module: { request(options: RequestOptions): ClientRequest } | undefined;
}

export function parseOrigin(url: string): Origin {
  const { protocol, hostname, port, host } = new URL(url);
  const secure = protocol === "https:";
  const module = secure ? builtin("node:https") : builtin("node:http");
  // The brackets of an IPv6 address belong to the URL and not to the address.
  return { secure, hostname: hostname.replace(/^\[|\]$/g, ""), port, host, module };
}

export interface NodeRequest {
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  limits: AttemptLimits;
  agent: Agent | undefined;
  /** Called once, when the connection is idle in its agent again, or closed, or none came about. */
  onConnectionFree(): void;
}

/**
 * Makes one HTTP request over `node:http`. Unlike the built-in fetch it knows how far a failed request came (and so
 * whether the peer can have it), limits the connect, the write and the whole, and takes a third of the CPU time.
 * Rejects with a {@link TransportFailure} and nothing else.
 */
export function nodeHttp(origin: Origin, request: NodeRequest, clock: Clock): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const attempt = startAttempt(request.limits, clock, request.onConnectionFree, resolve, (failure) => {
      if (failure.phase === "connecting") failure.proxyAdvice = proxyAdvice(origin.secure);
      reject(failure);
    });
    // Towards a proxy the socket is handed over once the way through it is open, so until then nothing has left.
    if (origin.secure && mayUseProxy(request.agent)) attempt.phase = "connecting";
    try {
      if (!attempt.settled) attempt.request = openRequest(origin, request);
    } catch (error) {
      failFrom(attempt, error);
    }
    if (attempt.request === undefined) return;
    listen(attempt, attempt.request, origin);
    attempt.request.end(request.body);
  });
}

function openRequest(origin: Origin, request: NodeRequest): ClientRequest {
  const { method, path, agent } = request;
  const { hostname, port, module } = origin;
  if (module === undefined) throw new Error("node:http is not available");
  const options: RequestOptions = { hostname, port, path, method, headers: rawHeaders(origin, request) };
  if (agent !== undefined) options.agent = agent;
  if (mayUseProxy(agent)) addProxyOptions(options);
  // Looked up for each request, so that a test can replace `http.request`.
  return module.request(options);
}

/** The headers as names and values in turn, which Node writes as they are instead of storing each. */
function rawHeaders({ host }: Origin, { method, headers, body }: NodeRequest): string[] {
  const raw = ["host", host];
  for (const name in headers) raw.push(name, headers[name] ?? "");
  if (body !== undefined) raw.push("content-length", String(Buffer.byteLength(body)));
  // Node would send an empty body in chunks.
  else if (USUALLY_WITH_BODY.has(method)) raw.push("content-length", "0");
  return raw;
}

/** What Node needs for a request to a proxy: it adds headers to none that are names and values in turn. */
function addProxyOptions(options: RequestOptions): void {
  const { headers } = options;
  if (Array.isArray(headers)) {
    options.headers = Object.fromEntries(
      headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]]] : [])),
    );
  }
  options.timeout = CONNECT_TIMEOUT_MS;
}

const USUALLY_WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

/** Moves the attempt through its phases on the events of the request. */
function listen(attempt: NodeAttempt, request: ClientRequest, { secure }: Origin): void {
  request.on("socket", (socket) => {
    attempt.hasSocket = true;
    // The agent refs the socket again for the next request that uses it.
    if (attempt.limits.background) socket.unref();
    // A socket that is connected when it is handed over counts as connected at once, whoever connected it.
    if (!isConnecting(socket)) return markConnected(attempt);
    attempt.phase = "connecting";
    // Whoever hands over a plain socket for https has its TLS elsewhere: once it is connected, the request leaves.
    const isTls = secure && "encrypted" in socket;
    socket.once(isTls ? "secureConnect" : "connect", () => markConnected(attempt));
  });
  request.on("finish", () => markWritten(attempt));
  request.on("response", (incoming) => readResponse(attempt, incoming));
  request.on("upgrade", (_, socket: Socket) => {
    socket.destroy();
    failWith(attempt, "protocol", "the server switched protocols without being asked");
  });
  // Never removed: an error after the end of the request must not become an uncaught one. An error after the complete
  // response (bytes behind its end) is emitted before the "end" of the response, and is ignored.
  request.on("error", (error) => {
    if (attempt.response?.complete !== true) failFrom(attempt, error);
  });
  request.on("close", () => {
    if (attempt.response === undefined) {
      failWith(attempt, "protocol", "the connection was closed without an answer");
    }
    // Right after this event the agent takes a connection back that is idle now, and before the next one goes on.
    freeConnection(attempt);
  });
}

/** True while nothing of a request can have left, the TLS handshake included. */
const isConnecting = (socket: Socket & { secureConnecting?: boolean }): boolean =>
  socket.connecting || socket.secureConnecting === true;

function readResponse(attempt: NodeAttempt, incoming: IncomingMessage): void {
  markAnswered(attempt, incoming);
  const status = getStatus(incoming);
  if (isRedirect(status)) {
    succeed(attempt, incoming, "");
    return;
  }
  const maxBytes = isSuccess(status) ? attempt.limits.maxBytes : MAX_ERROR_BODY_BYTES;
  attempt.body = readBody(incoming, maxBytes, {
    onText: (text) => succeed(attempt, incoming, text),
    onError: (error) => failFrom(attempt, error),
  });
}
