import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { builtin } from "../../runtime/builtins";
import type { Clock } from "../../runtime/clock";
import { cancelledFailure } from "../call";
import { type FailureKind, type Phase, TransportFailure, toTransportFailure } from "../failure";
import {
  type AttemptLimits,
  type HttpResponse,
  isRedirect,
  isSuccess,
  MAX_ERROR_BODY_BYTES,
} from "../response";
import { decodeBody } from "./encoding";
import { startTimeouts } from "./timeouts";

/** Until a connection stands, TLS included. */
const CONNECT_MS = 30_000;
/** From then until the whole request is handed to the kernel. */
const WRITE_MS = 30_000;

/** Where requests go, parsed once: parsing a URL for each request costs a fifth of it. */
export interface Origin {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: string;
}

export function parseOrigin(url: string): Origin {
  const { protocol, hostname, port } = new URL(url);
  // Brackets belong to an IPv6 address in a URL, not to the address.
  return { secure: protocol === "https:", hostname: hostname.replace(/^\[|\]$/g, ""), port };
}

export interface NodeRequest {
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  attempt: AttemptLimits;
  agent: Agent | undefined;
}

/**
 * One HTTP request over `node:http`. Unlike the built-in fetch it knows how far a failed request came (so whether
 * the peer can have it), limits the connect, the write and the whole, and needs a third of the CPU.
 * Rejects with a {@link TransportFailure} and nothing else.
 */
export function nodeHttp(origin: Origin, request: NodeRequest, clock: Clock): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { attempt } = request;
    let phase: Phase = "connecting";
    let response: IncomingMessage | undefined;
    let settled = false;

    function settle(): boolean {
      if (settled) return false;
      settled = true;
      limits.stop();
      attempt.onCancel(undefined);
      return true;
    }

    function succeed(answer: HttpResponse): void {
      if (settle()) resolve(answer);
    }

    function fail(failure: TransportFailure): void {
      if (!settle()) return;
      outgoing?.destroy();
      // Without its body an answer that is no success still has a status, and that says enough.
      if (response !== undefined && !isSuccess(statusOf(response)) && failure.kind !== "cancelled") {
        resolve({ ...answerOf(response, ""), truncated: true });
      } else {
        reject(failure);
      }
    }

    const failWith = (kind: FailureKind, message: string) =>
      fail(new TransportFailure(kind, phase, message, response && statusOf(response)));
    const failFrom = (error: unknown) =>
      fail(toTransportFailure(error, phase, response && statusOf(response)));

    const limits = startTimeouts(clock, attempt.limitMs, CONNECT_MS, attempt.background, (limit) => {
      const withinMs = Math.round(limit === "total" ? attempt.limitMs : CONNECT_MS);
      if (phase === "connecting") failWith("connect_timeout", `no connection within ${withinMs} ms`);
      else if (limit === "total") failWith("read_timeout", `no complete answer within ${withinMs} ms`);
      else failWith("write_timeout", `the request could not be sent within ${WRITE_MS} ms`);
    });

    function connected(): void {
      if (settled) return;
      phase = "sent";
      limits.step(outgoing?.writableFinished ? undefined : WRITE_MS);
    }

    function answered(incoming: IncomingMessage): void {
      phase = "answered";
      response = incoming;
      limits.step(undefined);
      const status = statusOf(incoming);
      if (isRedirect(status)) {
        succeed(answerOf(incoming, ""));
        outgoing?.destroy();
        return;
      }
      const maxBytes = isSuccess(status) ? attempt.maxBytes : MAX_ERROR_BODY_BYTES;
      collect(incoming, maxBytes, failFrom, (body) => {
        // Most answers are plain; only an encoded one has to wait for the decoder.
        const encoding = incoming.headers["content-encoding"];
        if (encoding === undefined) return succeed(answerOf(incoming, body.toString("utf8")));
        decodeBody(encoding, body, maxBytes, status).then(
          (plain) => succeed(answerOf(incoming, plain.toString("utf8"))),
          failFrom,
        );
      });
    }

    let outgoing: ClientRequest | undefined;
    attempt.onCancel(() => fail(cancelledFailure(phase)));
    if (settled) return;
    try {
      outgoing = open(origin, request);
    } catch (error) {
      failFrom(error);
      return;
    }
    const opened = outgoing;
    outgoing.on("socket", (socket) => {
      // The agent takes it back when the connection is used again.
      if (attempt.background) socket.unref();
      if (opened.reusedSocket) connected();
      else socket.once(origin.secure ? "secureConnect" : "connect", connected);
    });
    outgoing.on("finish", () => {
      if (phase === "sent") limits.step(undefined);
    });
    outgoing.on("response", answered);
    outgoing.on("upgrade", (_, socket: Socket) => {
      socket.destroy();
      failWith("protocol", "the server switched protocols without being asked");
    });
    // Stays for good: an error after the end of the request must not become an uncaught one. One that strikes when
    // the whole answer is here (bytes behind its end) comes before the answer's own "end", and does not matter.
    outgoing.on("error", (error) => {
      if (response?.complete !== true) failFrom(error);
    });
    outgoing.on("close", () => {
      if (!settled && response === undefined)
        failWith("protocol", "the connection was closed without an answer");
    });
    outgoing.end(request.body);
  });
}

function open(origin: Origin, { method, path, headers, body, agent }: NodeRequest): ClientRequest {
  // Looked up for each request, so that a test that replaces `http.request` is seen.
  const http = origin.secure ? builtin("node:https") : builtin("node:http");
  if (http === undefined) throw new Error("node:http is not available");
  const sent =
    body === undefined ? headers : { ...headers, "content-length": String(Buffer.byteLength(body)) };
  const { hostname, port } = origin;
  const options: RequestOptions = { hostname, port, path, method, headers: sent };
  if (agent !== undefined) options.agent = agent;
  return http.request(options);
}

function collect(
  incoming: IncomingMessage,
  maxBytes: number,
  failFrom: (error: unknown) => void,
  done: (body: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooLarge = () =>
    failFrom(
      new TransportFailure(
        "too_large",
        "answered",
        `the answer is larger than ${maxBytes} bytes`,
        statusOf(incoming),
      ),
    );
  if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) {
    tooLarge();
    return;
  }
  incoming.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) tooLarge();
    else chunks.push(chunk);
  });
  incoming.on("end", () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
  incoming.on("error", failFrom);
}

const statusOf = (incoming: IncomingMessage): number => incoming.statusCode ?? 0;

function answerOf(incoming: IncomingMessage, text: string): HttpResponse {
  return {
    status: statusOf(incoming),
    text,
    header: (name) => {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}
