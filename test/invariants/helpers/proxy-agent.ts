import http, { type Agent, type ClientRequest, type RequestOptions } from "node:http";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/**
 * Replaces `http.request` for the rest of the test, as editors and preload scripts do that put a proxy in: the agent a
 * caller names is ignored, and every request is handed a socket that is connected already.
 */
export function patchHttpRequest(port: number): void {
  const original = http.request;
  const agent = connectedSocketAgent(port);
  const patched = (options: RequestOptions, ...rest: []): ClientRequest =>
    original({ ...options, agent }, ...rest);
  http.request = patched as typeof http.request;
  onTestFinished(() => {
    http.request = original;
  });
}

/** The shape that proxy agents have: they connect first and then give the request its socket. */
function connectedSocketAgent(port: number): Agent {
  return {
    addRequest(request: ClientRequest & { onSocket(socket: Socket): void }) {
      const socket = connect(port, "127.0.0.1");
      socket.once("error", (error) => request.destroy(error));
      socket.once("connect", () => request.onSocket(socket));
    },
  } as unknown as Agent;
}
