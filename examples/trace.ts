// A trace over two agents: a reader asks an editor, who passes the question on to a poet. One attempt is lost on the way.
//
//   npx tsx examples/trace.ts                   on an embedded platform, started for you

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { type A2AClient, createA2AClient } from "a2a-peers";
import { type AgentHandler, createAgent, nodeHandler } from "a2a-peers/agent";
import { openTelemetry } from "a2a-peers/otel";
import { startPlatform } from "a2a-peers/testing";
import { formatTrace } from "./trace/format-trace";

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
await using platform = await startPlatform();
/** What each agent has exported. Agents of several processes would export to one backend. */
const exporters = new Map<string, InMemorySpanExporter>();

await using poet = connect("Poet");
await using _poet = await startAgent(poet, "Poet", ({ text }) => `Roses are red: ${text}`);

await using editor = connect("Editor");
await using _editor = await startAgent(editor, "Editor", async ({ text }, { signal }) => {
  const [peer] = (await editor.listPeers({ query: "poet", signal })).peers;
  if (peer === undefined) return "There is no poet.";
  platform.fail("POST /workspaces/:id/a2a", { kind: "reset" }, { times: 1 });
  return (await editor.sendA2AMessage(peer.id, text, { signal })).text;
});

await using reader = connect("Reader");
const [asked] = (await reader.listPeers({ query: "editor" })).peers;
console.log(asked && (await reader.sendA2AMessage(asked.id, "spring")).text);
const spans = [...exporters].flatMap(([agent, exporter]) =>
  exporter.getFinishedSpans().map((span) => ({ agent, span })),
);
for (const line of formatTrace(spans)) console.log(line);
context.disable();

function connect(name: string): A2AClient {
  const { id, token } = platform.addWorkspace({ name });
  const exporter = new InMemorySpanExporter();
  exporters.set(name, exporter);
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const telemetry = openTelemetry({ tracerProvider });
  return createA2AClient({
    platformUrl: platform.url,
    workspaceId: id,
    token,
    retry: { baseDelayMs: 50 },
    telemetry,
  });
}

/** An agent on a port of its own. Disposing ends both. */
async function startAgent(client: A2AClient, name: string, onMessage: AgentHandler) {
  const server = createServer((request, response) => nodeHandler(agent)(request, response)).listen(0);
  await once(server, "listening");
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const agent = createAgent(client, { card: { name }, url, heartbeat: { delegations: false }, onMessage });
  await agent.start();
  return {
    async [Symbol.asyncDispose]() {
      await agent.stop();
      server.close();
    },
  };
}
