import type { Socket } from "node:net";
import type { FaultGroup, HeadFault } from "./fault";

const EARLY_401 = JSON.stringify({ error: "admin auth required" });

/** Faults while the request arrives. */
export const UPLOAD_FAULTS = {
  "reset-head": onHead((socket) => socket.resetAndDestroy()),
  "reset-upload": onFirstBytes((socket) => socket.resetAndDestroy()),
  "close-upload": onFirstBytes((socket) => socket.destroy()),
  "stall-upload": onHead((socket) => socket.pause()),
  "early-413": onHead((socket) =>
    socket.end("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
  ),
  "early-401": {
    at: "head",
    run(request) {
      request.socket.end(
        "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close\r\n" +
          `content-length: ${EARLY_401.length}\r\n\r\n${EARLY_401}`,
      );
      request.on("error", () => undefined).resume();
    },
  },

  "close-reused": { ...onHead((socket) => socket.end()), reusedOnly: true },
  "reset-reused": { ...onHead((socket) => socket.resetAndDestroy()), reusedOnly: true },
} satisfies FaultGroup;

function onHead(action: (socket: Socket) => void): HeadFault {
  return { at: "head", run: ({ socket }) => action(socket) };
}

/** Runs `action` with the first bytes of the body, or at the end of a request without a body. */
function onFirstBytes(action: (socket: Socket) => void): HeadFault {
  return {
    at: "head",
    run(request) {
      request.on("error", () => undefined);
      request.once("data", () => action(request.socket)).once("end", () => action(request.socket));
    },
  };
}
