import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface ReceivedRequest {
  readonly method: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Responder = (response: ServerResponse, request: IncomingMessage) => unknown;

export interface LocalAgent extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
}

const LOOPBACK = "127.0.0.1";

/**
 * Starts an HTTP agent that handles every request with `respond`. Its URL has `host`; unless that is loopback, it listens
 * on every address of the machine.
 */
export async function startAgent(respond: Responder, host: string): Promise<LocalAgent> {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    received.push({ method: request.method ?? "", headers: request.headers, body });
    respond(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, host === LOOPBACK ? LOOPBACK : undefined, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/agent`,
    received,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
    },
  };
}
