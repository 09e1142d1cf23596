import { TLSSocket } from "node:tls";
import type { FaultGroup } from "./fault";
import { selfSigned } from "./self-signed";

/** Faults before a request. An open connection has read something before. */
export const CONNECTION_FAULTS = {
  refuse: { at: "port" },
  "reset-on-accept": { at: "connection", run: (socket) => socket.resetAndDestroy() },
  "close-on-accept": { at: "connection", run: (socket) => socket.resume().end() },
  "stall-on-accept": { at: "connection", run: (socket) => socket.pause() },
  "reset-handshake": {
    at: "connection",
    run(socket) {
      if (socket.bytesRead > 0) socket.resetAndDestroy();
      else socket.once("data", () => socket.resetAndDestroy());
    },
  },
  tls: {
    at: "connection",
    run(socket) {
      if (socket.bytesRead > 0) {
        socket.destroy();
        return;
      }
      const secure = new TLSSocket(socket, { isServer: true, ...selfSigned() });
      secure.on("error", () => socket.destroy()).resume();
    },
  },
  banner: { at: "connection", run: (socket) => socket.resume().write("SSH-2.0-OpenSSH_9.6\r\n") },
} satisfies FaultGroup;
