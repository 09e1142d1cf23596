import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { SELF_SIGNED } from "./sockets-certificate";

/** The behaviour of a raw server. Without a handler, it does not respond. */
export interface Script {
  onConnection?(socket: Socket): void;
  /** The head of a request is complete; its body may not be. */
  onHead?(socket: Socket): void;
  /** The request is complete. `count` is 1 for the first of its connection. */
  onRequest?(socket: Socket, request: RawRequest): void;
}

export interface RawRequest {
  readonly count: number;
  readonly body: string;
}

/** A TCP server that counts complete requests and lets a script write raw bytes. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:port`, or `https` with `tls`. */
  readonly url: string;
  /** Completely received requests. */
  readonly complete: number;
  /** Bodies of those requests, oldest first. */
  readonly bodies: readonly string[];
  /** Connections accepted so far. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  close(): Promise<void>;
}

export interface ListenOptions {
  /** `true` for a certificate that nobody trusts. */
  tls?: boolean | TlsOptions;
  host?: string;
}

export async function rawServer(script: Script, options: ListenOptions = {}): Promise<RawServer> {
  const { tls = false, host = "127.0.0.1" } = options;
  const bodies: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  function accept(socket: Socket): void {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    script.onConnection?.(socket);
    if (socket.destroyed) return;
    readRequests(socket, {
      head: () => script.onHead?.(socket),
      request: (request) => {
        bodies.push(request.body);
        script.onRequest?.(socket, request);
      },
    });
  }

  const server: Server = tls
    ? createTlsServer(tls === true ? { ...SELF_SIGNED } : tls, accept).on("tlsClientError", () => undefined)
    : createServer({ noDelay: true }, accept);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, () => resolve()));
  const { port } = server.address() as AddressInfo;

  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return {
    port,
    url: `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    get complete() {
      return bodies.length;
    },
    bodies,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface RequestHandlers {
  head(): void;
  request(request: RawRequest): void;
}

/** Parses consecutive requests with a Content-Length or without a body. */
function readRequests(socket: Socket, handlers: RequestHandlers): void {
  let buffer = Buffer.alloc(0);
  let needed: number | undefined;
  let count = 0;
  socket.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      if (needed === undefined) {
        const end = buffer.indexOf("\r\n\r\n");
        if (end === -1) return;
        const head = buffer.subarray(0, end).toString("latin1");
        needed = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
        buffer = buffer.subarray(end + 4);
        handlers.head();
      }
      if (buffer.length < needed) return;
      const body = buffer.subarray(0, needed).toString();
      buffer = buffer.subarray(needed);
      needed = undefined;
      count += 1;
      handlers.request({ count, body });
    }
  });
}

/** A port on 127.0.0.1 that nothing listens on. */
export async function unusedPort(): Promise<number> {
  const server = await rawServer({});
  await server.close();
  return server.port;
}

/** A JSON-RPC response with this text. */
export function replyJson(text: string): string {
  return JSON.stringify({
    jsonrpc: "2.0",
    id: null,
    result: { kind: "message", role: "agent", messageId: "m", parts: [{ kind: "text", text }] },
  });
}

/** The bytes of a response, with a Content-Length unless `headers` determine the length. */
export function answerBytes(body: string, headers: readonly string[] = [], status = "200 OK"): string {
  const lines = headers.some((line) => /^(content-length|transfer-encoding):/i.test(line))
    ? headers
    : [`content-length: ${Buffer.byteLength(body)}`, ...headers];
  return [`HTTP/1.1 ${status}`, ...lines, "", body].join("\r\n");
}

/** Replies to every request with the text that `textOf` returns, and keeps the connection open. */
export const answering = (textOf: (request: RawRequest) => string = () => "ok"): Script => ({
  onRequest: (socket, request) => socket.write(answerBytes(replyJson(textOf(request)))),
});
