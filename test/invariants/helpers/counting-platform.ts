import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { SELF_SIGNED } from "../../helpers/sockets-certificate";
import { replyJson } from "../../helpers/sockets-server";

/** A platform that answers every message and counts how often each one ran. */
export interface CountingPlatform extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Runs by `messageId`. */
  readonly runs: ReadonlyMap<string, number>;
  /** Connections open now. */
  readonly open: number;
}

interface Options {
  tls?: boolean;
  /** Milliseconds until the answer to the `count`th message of the platform, 1 for the first. */
  delayMs(count: number): number;
}

/** Starts one on 127.0.0.1. Each reply is the `messageId` it answers. */
export async function startCountingPlatform({ tls = false, delayMs }: Options): Promise<CountingPlatform> {
  const runs = new Map<string, number>();
  const sockets = new Set<Socket>();
  let count = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { messageId } = JSON.parse(Buffer.concat(chunks).toString()).params.message;
    runs.set(messageId, (runs.get(messageId) ?? 0) + 1);
    count += 1;
    await after(delayMs(count));
    response.setHeader("content-type", "application/json");
    response.end(replyJson(messageId));
  }

  // A client that goes away while it uploads is no failure of the test.
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void serve(request, response).catch(() => response.destroy());
  const server: Server = tls ? createTlsServer({ ...SELF_SIGNED }, listener) : createServer(listener);
  server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 4096, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    runs,
    get open() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
