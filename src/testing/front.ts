import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../runtime/clock";
import { waitingFor } from "./faults/delay";
import type { FaultQueue } from "./faults/fault-queue";
import { type RecordedRequest, recordOf } from "./recorder";

interface FrontOptions {
  readonly clock: Clock;
  readonly faults: FaultQueue;
  readonly requests: RecordedRequest[];
  /** The platform proper: answers a request whose body was read already. */
  readonly answer: (body: Buffer) => RequestListener;
}

/**
 * What stands between the sockets and the platform: it makes the faults, and records every request that arrived
 * completely. Returns what to do with an accepted connection.
 */
export function createFront({ clock, faults, requests, answer }: FrontOptions): (socket: Socket) => void {
  // No time limits of its own: a stalled exchange ends when the client or the test ends it.
  const http = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }, serve);

  function accept(socket: Socket): void {
    const fault = faults.takeForConnection();
    if (fault === undefined) {
      http.emit("connection", socket);
      return;
    }
    socket.on("error", () => undefined);
    waitingFor(clock, fault.delayMs, socket, () => fault.run(socket));
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const fault = faults.takeForRequest(request.method ?? "", pathOf(request));
    if (fault?.at === "connection") {
      waitingFor(clock, fault.delayMs, socket, () => fault.run(socket));
      return;
    }
    if (fault?.at === "head") {
      waitingFor(clock, fault.delayMs, socket, () => fault.run(request));
      return;
    }
    readAll(request, (body) => {
      requests.push(recordOf(request, body, clock));
      if (fault === undefined) answer(body)(request, response);
      else waitingFor(clock, fault.delayMs, socket, () => fault.run(response));
    });
  }

  return accept;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

/** Hands over the whole body; of a request that breaks off nothing is heard again. */
function readAll(request: IncomingMessage, whole: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("error", () => undefined);
  request.on("end", () => whole(Buffer.concat(chunks)));
}
