// Your first message to a peer: list the peers, pick one, ask it something.
//
//   npx tsx examples/first-message.ts                 on an embedded platform, started for you
//   PLATFORM_URL=… WORKSPACE_ID=… MOLECULE_WORKSPACE_TOKEN=… npx tsx examples/first-message.ts

import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";

await using embedded = process.env.PLATFORM_URL ? null : await startEmbedded();

// Without options the client reads the environment: PLATFORM_URL, WORKSPACE_ID and MOLECULE_WORKSPACE_TOKEN.
await using client = createA2AClient(embedded?.options);

const { peers, diagnostic } = await client.listPeers();
if (diagnostic !== null) throw new Error(diagnostic.message);

const peer = peers.find(({ status }) => status === "online");
if (peer === undefined) throw new Error("No peer is online.");

const outcome = await client.sendA2AMessage(peer.id, "Hello! What can you do?");
switch (outcome.kind) {
  case "reply":
    console.log(`${peer.name}: ${outcome.text}`);
    for (const file of outcome.files) console.log(`  with the file ${file.name ?? file.uri}`);
    break;
  case "queued":
    console.log(`${peer.name} is busy and receives the message later. Do not send it again.`);
    break;
  case "working":
    console.log(`${peer.name} has begun task ${outcome.taskId} and is still working.`);
    break;
  case "input-required":
  case "auth-required":
    console.log(`${peer.name} asks back: ${outcome.text}`);
    break;
}

/** A platform in this process with one peer on it. */
async function startEmbedded() {
  const platform = await startPlatform();
  const me = platform.addWorkspace({ name: "Me" });
  platform.addWorkspace({ name: "Greeter", reply: ({ text }) => `I greet. You said: “${text}”` });
  return {
    options: { platformUrl: platform.url, workspaceId: me.id, token: me.token },
    [Symbol.asyncDispose]: platform.close,
  };
}
