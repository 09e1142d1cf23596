import { type A2AClientOptions, createA2AClient, isA2AError, settle } from "a2a-peers";
import { type AgentOptions, createAgent, nodeHandler } from "a2a-peers/agent";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { createInbox, type InboxMessage } from "a2a-peers/inbox";
import { type LeveledLogger, logEvents } from "a2a-peers/logging";
import { openTelemetry } from "a2a-peers/otel";
import { manualClock, startPlatform } from "a2a-peers/testing";
import { createPeerTools, type PeerTool } from "a2a-peers/tools";

export async function everyEntry(
  options: A2AClientOptions,
  agentOptions: AgentOptions,
  logger: LeveledLogger,
): Promise<string> {
  const client = createA2AClient({
    ...options,
    logger: logEvents(logger),
    telemetry: openTelemetry(),
    tls: { ca: "-----BEGIN CERTIFICATE-----" },
  });
  const agent = createAgent(client, { ...agentOptions, onMessage: ({ text }) => `you said ${text}` });
  const handler = nodeHandler(agent);
  const { ok, error } = await createHeartbeat(client).beat();
  const message: InboxMessage | null = await createInbox(client).receive({ timeoutMs: 1000 });
  const platform = await startPlatform({ clock: manualClock() });
  const own = platform.addWorkspace({ name: "own", reply: ({ text }) => text });
  const tools: readonly PeerTool[] = createPeerTools(client);
  const sent = await settle(client.sendA2AMessage(own.id, "hello"));
  const text = sent.ok ? sent.value.text : sent.error.message;
  // @ts-expect-error: there is no such option
  createA2AClient({ platform: "" });
  return [text, message?.text, ok ? "" : error?.code, tools.length, typeof handler, isA2AError(error)].join();
}
