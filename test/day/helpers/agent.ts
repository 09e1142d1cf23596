import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** What the agent does with a message: its reply, or `undefined` when it is too busy to answer at all. */
export type Answering = (text: string) => Promise<string | undefined> | string | undefined;

/** The agent of a workspace, on a socket of its own, as the platform finds it. */
export interface LoopbackAgent {
  readonly url: string;
  /** The texts that arrived, oldest first. */
  readonly heard: readonly string[];
  answering: Answering;
  close(): Promise<void>;
}

export async function startAgent(): Promise<LoopbackAgent> {
  const heard: string[] = [];
  const server = createServer(async (request, response) => {
    const { id, text } = await read(request);
    heard.push(text);
    const reply = await agent.answering(text);
    // A connection that ends without an answer: the platform takes the agent for busy.
    if (reply === undefined) request.socket.destroy();
    else response.setHeader("content-type", "application/json").end(JSON.stringify(envelope(id, reply)));
  });
  // By name: of all that is loopback, only this one may be registered.
  await once(server.listen(0, "localhost"), "listening");

  const agent: LoopbackAgent = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    heard,
    answering: () => "yes",
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
