// A runtime of your own: it asks back, delegates, and is woken for the result. npx tsx examples/runtime.ts
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { createA2AClient } from "a2a-peers";
import { type AgentHandler, createAgent, nodeHandler } from "a2a-peers/agent";
import { startPlatform } from "a2a-peers/testing";

await using platform = await startPlatform();
const me = platform.addWorkspace({ name: "Runtime", status: "awaiting_agent" });
const clerk = platform.addWorkspace({ name: "Clerk", parentId: me.id, reply: () => "Filed under 1969." });
const folder = await mkdtemp(`${tmpdir()}/a2a-peers-runtime-`);
await using _removed = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
await using client = createA2AClient({ platformUrl: platform.url, workspaces: [me, clerk] });
await using app = createServer((request, response) => nodeHandler(agent)(request, response)).listen(0);
const url = `http://localhost:${(app.address() as { port: number }).port}/`;
const heartbeat = { intervalMs: 200, stateDir: folder, delegations: { resultsFile: `${folder}/results` } };
const onMessage: AgentHandler = async ({ from, text, taskId }) => {
  if ("id" in from && from.id === me.id) return void app.emit("wake", await agent.heartbeat.results.read());
  return taskId ? `${text} is mine.` : { state: "input-required", text: "Good morning. Which RFC?" };
};
await using agent = createAgent(client, { card: { name: "Runtime" }, url, heartbeat, onMessage });
await agent.start();
const { send } = client.conversation(me.id, { source: clerk.id });
for (const text of ["Good morning!", "RFC 1"]) console.log((await send(text)).text);
const [[[result]]] = await Promise.all([once(app, "wake"), client.delegate(clerk.id, "File RFC 1.")]);
console.log(`result ${result.status}: ${result.response_preview}`);
await agent.heartbeat.results.acknowledge([result.delegation_id]);
