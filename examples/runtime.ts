// A small runtime of your own: it registers its workspace, sends heartbeats, replies to peers by name, and reads the
// results of delegated tasks when they are delivered.
//
//   npx tsx examples/runtime.ts                 on an embedded platform, started for you

import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { createA2AClient, displayName } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { startPlatform } from "a2a-peers/testing";

await using platform = await startPlatform();
const me = platform.addWorkspace({ name: "Runtime", status: "awaiting_agent" });
const clerk = platform.addWorkspace({ name: "Clerk", parentId: me.id, reply: () => "Filed under 1969." });
const stateDir = await mkdtemp(join(tmpdir(), "a2a-peers-runtime-"));
await using _removed = { [Symbol.asyncDispose]: () => rm(stateDir, { recursive: true }) };

// On a real platform these come from the environment, and a beat every 30 s is enough.
const access = { platformUrl: platform.url, workspaceId: me.id, token: me.token };
await using client = createA2AClient(access);
const delegations = { resultsFile: join(stateDir, "results.jsonl") };
await using heartbeat = createHeartbeat(client, { intervalMs: 200, stateDir, delegations });
const delivery = new EventEmitter();

// The agent: the platform pushes JSON-RPC requests over HTTP. The sender's id is not verified.
await using agent = createServer(async (request, response) => {
  const { id, params } = (await json(request)) as Push;
  const parts = [{ kind: "text", text: await answer(params.metadata?.source_workspace_id ?? "") }];
  const result = { kind: "message", role: "agent", messageId: crypto.randomUUID(), parts };
  response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, result }));
});
await once(agent.listen(0, "localhost"), "listening");

type Push = { id: string; params: { metadata?: { source_workspace_id?: string } } };

/** One turn of your model. Heartbeats report an active task meanwhile. */
async function answer(sender: string): Promise<string> {
  using _active = heartbeat.beginTask("answering");
  if (sender === me.id) return readResults();
  const record = await client.enricher.fetch(sender);
  return `Good morning, ${record === null ? "whoever you are" : displayName(record)}.`;
}

/** Handles the wake-up message: reads and acknowledges the results. */
async function readResults(): Promise<string> {
  const results = await heartbeat.results.read();
  for (const { status, response_preview } of results) console.log(`result ${status}: ${response_preview}`);
  await heartbeat.results.acknowledge(results.map(({ delegation_id }) => delegation_id));
  delivery.emit("read");
  return "Read.";
}

const { port } = agent.address() as AddressInfo;
await client.register({ url: `http://localhost:${port}`, agentCard: { name: "Runtime" } });
heartbeat.start();
console.log(`registered, and ${me.state.status}`);

await using other = createA2AClient({ ...access, workspaceId: clerk.id, token: clerk.token });
console.log(`reply: ${(await other.sendA2AMessage(me.id, "Good morning!")).text}`);

const read = once(delivery, "read", { signal: AbortSignal.timeout(10_000) });
const { status } = await client.delegate(clerk.id, "File RFC 1, please.");
console.log(`work ${status}`);
await read;
