import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { RequestFault } from "./fault";

/** How the connection ends after the bytes of a response; with `none` it stays open. */
type Ending = "fin" | "reset" | "none";

// A reset discards bytes that the client has not read yet, so they get this long to arrive.
const RESET_DELAY_MS = 20;
const DRIP_MS = 20;

/** Sends a well-formed response. */
export function respond(status: number, headers: Record<string, string>, body: unknown): RequestFault {
  const { bytes, type } = encode(body);
  return {
    at: "request",
    run(response) {
      response.statusCode = status;
      if (type !== undefined) response.setHeader("content-type", type);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.end(bytes);
    },
  };
}

function encode(body: unknown): { bytes: string | Uint8Array; type?: string } {
  if (body === undefined) return { bytes: "" };
  if (typeof body === "string") return { bytes: body, type: "text/plain; charset=utf-8" };
  if (body instanceof Uint8Array) return { bytes: body, type: "application/octet-stream" };
  return { bytes: JSON.stringify(body) ?? "", type: "application/json; charset=utf-8" };
}

/**
 * Writes bytes to the socket, past the HTTP server, which cannot use the connection afterwards. Bytes that are costly
 * to create are given as a function.
 */
export function raw(
  bytes: string | (() => string | Uint8Array),
  ending: Ending,
  endsAfterMs = 0,
): RequestFault {
  return onSocket((socket) => {
    const content = typeof bytes === "function" ? bytes() : bytes;
    // In latin1 every character of the string is one byte.
    socket.write(typeof content === "string" ? Buffer.from(content, "latin1") : content);
    if (ending === "fin" && endsAfterMs === 0) socket.end();
    if (ending === "fin" && endsAfterMs > 0) setTimeout(() => socket.end(), endsAfterMs);
    if (ending === "reset") setTimeout(() => socket.resetAndDestroy(), RESET_DELAY_MS);
  });
}

/** Writes `first`, then a chunk `times` times, no faster than it is read, then `last`, and closes. */
export function flood(first: string, createChunk: () => Uint8Array, times: number, last = ""): RequestFault {
  return onSocket((socket) => {
    const chunk = createChunk();
    let remaining = times;
    const writeChunks = (): void => {
      while (remaining > 0 && !socket.destroyed) {
        remaining--;
        if (!socket.write(chunk)) {
          socket.once("drain", writeChunks);
          return;
        }
      }
      socket.end(last);
    };
    socket.write(first);
    writeChunks();
  });
}

/** Writes `first`, then one `byte` every 20 ms. */
export function drip(first: string, byte: string): RequestFault {
  return onSocket((socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(byte), DRIP_MS);
    socket.once("close", () => clearInterval(timer));
  });
}

/** Runs `action` with the socket of a request, unless the client has closed it. */
export function onSocket(action: (socket: Socket) => void): RequestFault {
  return {
    at: "request",
    run({ socket }: ServerResponse) {
      if (socket !== null && !socket.destroyed) action(socket);
    },
  };
}
