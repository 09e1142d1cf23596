import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

const HOST = "127.0.0.1";
const RETRY_MS = 20;

/** The listening port: it can be closed and opened again while the platform goes on. */
export interface Listener {
  readonly url: string;
  /** Closes the port and every connection: from now on connections are refused. */
  shut(): void;
  /** Opens the same port again. */
  open(): void;
  /** Closes for good. */
  close(): Promise<void>;
}

export async function openListener(port: number, onSocket: (socket: Socket) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  let server: Server | undefined = listen(port);
  let closed: Promise<void> | undefined;
  await new Promise<void>((resolve, reject) => server?.once("listening", resolve).once("error", reject));
  const address = server.address() as AddressInfo;

  function listen(onPort: number): Server {
    // The HTTP server behind expects half-open sockets, as its own listener would make them.
    return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      onSocket(socket);
    }).listen(onPort, HOST);
  }

  function shut(): void {
    server?.close();
    server = undefined;
    for (const socket of sockets) socket.destroy();
  }

  function open(): void {
    if (server !== undefined || closed !== undefined) return;
    const reopened = listen(address.port);
    server = reopened;
    // Somebody else may hold the port for a moment.
    reopened.once("error", () => {
      if (server !== reopened) return;
      server = undefined;
      setTimeout(open, RETRY_MS).unref();
    });
  }

  function close(): Promise<void> {
    closed ??= new Promise((resolve) => {
      if (server?.listening) server.once("close", () => resolve());
      else resolve();
      shut();
    });
    return closed;
  }

  return { url: `http://${HOST}:${address.port}`, shut, open, close };
}
