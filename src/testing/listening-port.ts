import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const HOST = "127.0.0.1";
const REOPEN_RETRY_MS = 20;
const REOPEN_CHECK_MS = 2;

/** A TCP port on loopback that can stop and resume listening. */
export interface ListeningPort {
  readonly url: string;
  /** Stops listening and destroys every connection: new connections are refused. */
  stopListening(): void;
  /** Listens on the same port again. */
  resumeListening(): void;
  /** Destroys every connection, and resolves once the same port listens again. */
  restart(): Promise<void>;
  /** Stops listening for good. */
  close(): Promise<void>;
}

/** Listens on a port, or on a free one for 0. Rejects when the port is taken. */
export async function openPort(port: number, onConnection: (socket: Socket) => void): Promise<ListeningPort> {
  const sockets = new Set<Socket>();
  let server: Server | undefined = listen(port);
  let closed: Promise<void> | undefined;
  await new Promise<void>((resolve, reject) => server?.once("listening", resolve).once("error", reject));
  const address = server.address() as AddressInfo;

  function listen(onPort: number): Server {
    // The HTTP server that gets the sockets expects half-open ones, as its own listener would create them.
    return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      onConnection(socket);
    }).listen(onPort, HOST);
  }

  function stopListening(): void {
    server?.close();
    server = undefined;
    for (const socket of sockets) socket.destroy();
  }

  function resumeListening(): void {
    if (server !== undefined || closed !== undefined) return;
    const reopened = listen(address.port);
    server = reopened;
    // Another process may have taken the port meanwhile.
    reopened.once("error", () => {
      if (server !== reopened) return;
      server = undefined;
      setTimeout(resumeListening, REOPEN_RETRY_MS).unref();
    });
  }

  async function restart(): Promise<void> {
    stopListening();
    resumeListening();
    while (closed === undefined && !server?.listening) await wait(REOPEN_CHECK_MS);
  }

  function close(): Promise<void> {
    closed ??= new Promise((resolve) => {
      if (server?.listening) server.once("close", () => resolve());
      else resolve();
      stopListening();
    });
    return closed;
  }

  return { url: `http://${HOST}:${address.port}`, stopListening, resumeListening, restart, close };
}
