import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { RequestFault } from "./fault-action";

/** How a raw answer ends. */
type Ending = "fin" | "reset" | "silence";

// A reset overtakes what is not read yet, so the bytes before it get this long to arrive.
const HEAD_START_MS = 20;
const DRIP_MS = 20;

/**
 * Writes bytes past the HTTP server. The connection cannot be used again, so every such answer ends it. What is
 * costly to make is given as a function.
 */
export function raw(bytes: string | (() => string | Uint8Array), ending: Ending): RequestFault {
  return onSocket((socket) => {
    const made = typeof bytes === "function" ? bytes() : bytes;
    // As latin1 every character is one byte, also those that are no text.
    socket.write(typeof made === "string" ? Buffer.from(made, "latin1") : made);
    if (ending === "fin") socket.end();
    if (ending === "reset") setTimeout(() => socket.resetAndDestroy(), HEAD_START_MS);
  });
}

/** Writes `first`, then `chunk` as often as told, no faster than it is read; then closes. */
export function flood(first: string, makeChunk: () => Uint8Array, times: number, last = ""): RequestFault {
  return onSocket((socket) => {
    const chunk = makeChunk();
    let left = times;
    const pour = (): void => {
      while (left > 0 && !socket.destroyed) {
        left--;
        if (!socket.write(chunk)) {
          socket.once("drain", pour);
          return;
        }
      }
      socket.end(last);
    };
    socket.write(first);
    pour();
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

export function onSocket(run: (socket: Socket) => void): RequestFault {
  return {
    at: "request",
    run({ socket }: ServerResponse) {
      // Without a socket the client has left already.
      if (socket !== null && !socket.destroyed) run(socket);
    },
  };
}
