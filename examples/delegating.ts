// Two agents: an editor, asked for a report, delegates its writing to a writer and answers with the result.
//
//   npx tsx examples/delegating.ts              on an embedded platform, started for you

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type A2AClient, createA2AClient } from "a2a-peers";
import { type AgentHandler, createAgent, nodeHandler } from "a2a-peers/agent";
import { startPlatform, type TestWorkspace } from "a2a-peers/testing";

await using platform = await startPlatform();
const editor = platform.addWorkspace({ name: "Editor", status: "awaiting_agent" });
const writer = platform.addWorkspace({ name: "Writer", parentId: editor.id, status: "awaiting_agent" });
const reader = platform.addWorkspace({ name: "Reader" });

await using writing = connect(writer);
await using _writer = await startAgent(writing, "Writer", ({ text }) => `${text}: it is short.`);

await using editing = connect(editor);
await using _editor = await startAgent(editing, "Editor", async ({ text }, { signal }) => {
  const [peer] = (await editing.listPeers({ query: "writer", signal })).peers;
  if (peer === undefined) return "There is no writer.";
  // The platform runs the task and keeps the result, so a crash of this process between the two calls loses neither.
  const { delegationId } = await editing.delegate(peer.id, `One page on ${text}`, { signal });
  await editing.waitForDelegation(delegationId, { pollIntervalMs: 50, signal });
  const { status, responsePreview, error } = await editing.getDelegation(delegationId, { signal });
  return status === "completed" ? `${peer.name} wrote: ${responsePreview}` : `${peer.name} failed: ${error}`;
});

await using asking = connect(reader);
console.log((await asking.sendA2AMessage(editor.id, "RFC 1")).text);

function connect({ id, token }: TestWorkspace): A2AClient {
  return createA2AClient({ platformUrl: platform.url, workspaceId: id, token });
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
