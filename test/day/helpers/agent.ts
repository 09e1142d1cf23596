import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** The reply to a message, or `undefined` to close the connection like a busy agent. */
export type ReplyFunction = (text: string) => Promise<string | undefined> | string | undefined;

/** The agent of a workspace, as an HTTP server on the loopback interface. */
export interface LoopbackAgent {
  readonly url: string;
  /** Texts of the messages, oldest first. */
  readonly received: readonly string[];
  reply: ReplyFunction;
  close(): Promise<void>;
}

export async function startAgent(): Promise<LoopbackAgent> {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    const { id, text } = await read(request);
    received.push(text);
    const answer = await agent.reply(text);
    // The platform takes an agent that closes the connection for busy.
    if (answer === undefined) request.socket.destroy();
    else response.setHeader("content-type", "application/json").end(JSON.stringify(envelope(id, answer)));
  });
  // `localhost` is the only loopback address that may be registered.
  await once(server.listen(0, "localhost"), "listening");

  const agent: LoopbackAgent = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    received,
    reply: () => "yes",
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
  return agent;
}

async function read(request: IncomingMessage): Promise<{ id: unknown; text: string }> {
  const { id, params } = (await json(request)) as {
    id: unknown;
    params: { message: { parts: [{ text: string }] } };
  };
  return { id, text: params.message.parts[0].text };
}

const envelope = (id: unknown, text: string) => ({
  jsonrpc: "2.0",
  id,
  result: { kind: "message", role: "agent", messageId: "reply", parts: [{ kind: "text", text }] },
});
