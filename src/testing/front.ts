import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../transport/clock";
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

export interface Front {
  accept(socket: Socket): void;
  /** Closes the connections that wait for their next request. */
  hangUpIdle(): void;
}

/**
 * What stands between the sockets and the platform: it makes the faults, and records every request that arrived
 * completely.
 */
export function createFront({ clock, faults, requests, answer }: FrontOptions): Front {
  const idle = new Set<Socket>();
  // No time limits of its own: a stalled exchange ends when the client or the test ends it.
  const http = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }, serve);

  function accept(socket: Socket): void {
    const fault = faults.takeForConnection();
    if (fault === undefined) {
      idle.add(socket);
      socket.once("close", () => idle.delete(socket));
      http.emit("connection", socket);
      return;
    }
    socket.on("error", () => undefined);
    waitingFor(clock, fault.delayMs, socket, () => fault.run(socket));
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    idle.delete(socket);
    response.once("finish", () => idle.add(socket));
    const fault = faults.takeForRequest(request.method ?? "", pathOf(request));
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

  function hangUpIdle(): void {
    for (const socket of idle) socket.destroy();
  }

  return { accept, hangUpIdle };
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
