import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../runtime/clock";
import type { FaultContext } from "./faults/fault";
import type { FaultQueue } from "./faults/queue";
import { type ListeningPort, openPort } from "./listening-port";
import { type RequestLog, toRecordedRequest } from "./request-log";

interface ServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly faults: FaultQueue;
  readonly faultContext: FaultContext;
  /** Gets every complete request. */
  readonly log: Pick<RequestLog, "add">;
  /** Creates the listener for a request whose body has been read. */
  readonly handle: (body: Buffer) => RequestListener;
}

/**
 * Starts the HTTP server. For each connection and each request it first runs a matching fault; requests without one
 * go to `handle`.
 */
export async function startServer(
  options: ServerOptions,
): Promise<Pick<ListeningPort, "url" | "restart" | "close">> {
  const { clock, faults, faultContext, log, handle } = options;
  const usedSockets = new WeakSet<Socket>();
  // No timeouts of its own: a stalled exchange ends when the client or the test ends it.
  const http = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }, onRequest);

  function onConnection(socket: Socket): void {
    const fault = faults.takeForConnection();
    if (fault === undefined) {
      http.emit("connection", socket);
      return;
    }
    socket.on("error", () => undefined);
    runDelayed(clock, fault.delayMs, socket, () => fault.run(socket));
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const fault = faults.takeForRequest(request.method ?? "", pathOf(request), usedSockets.has(socket));
    usedSockets.add(socket);
    if (fault?.at === "connection") {
      runDelayed(clock, fault.delayMs, socket, () => fault.run(socket));
      return;
    }
    if (fault?.at === "head") {
      runDelayed(clock, fault.delayMs, socket, () => fault.run(request));
      return;
    }
    readBody(request, (body) => {
      log.add(toRecordedRequest(request, body, clock));
      if (fault === undefined) handle(body)(request, response);
      else runDelayed(clock, fault.delayMs, socket, () => fault.run(response, faultContext));
    });
  }

  const port = await openPort(options.port, onConnection);
  faults.attachPort(port);
  return port;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

/** Calls back with the whole body; never for a request that is aborted. */
export function readBody(request: IncomingMessage, onBody: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("error", () => undefined);
  request.on("end", () => onBody(Buffer.concat(chunks)));
}

/** Runs `action` after `delayMs` of clock time, unless the connection closes before. */
function runDelayed(clock: Clock, delayMs: number, socket: Socket, action: () => void): void {
  if (delayMs === 0) {
    action();
    return;
  }
  const cancel = clock.setTimer(() => {
    socket.off("close", cancel);
    action();
  }, delayMs);
  socket.once("close", cancel);
}
