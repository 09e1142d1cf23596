// An agent behind Express, and a peer that sends it a message.
//
//   npx tsx examples/agent-express.ts           on an embedded platform, started for you

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createA2AClient } from "a2a-peers";
import { createAgent, nodeHandler } from "a2a-peers/agent";
import { startPlatform } from "a2a-peers/testing";
import express from "express";

await using platform = await startPlatform();
const own = platform.addWorkspace({ name: "Summariser", status: "awaiting_agent" });
const peer = platform.addWorkspace({ name: "Peer" });

const app = express();
app.get("/health", (_request, response) => void response.send("ok"));
await using server = app.listen(0);
await once(server, "listening");
const url = `http://localhost:${(server.address() as AddressInfo).port}/a2a`;

await using client = createA2AClient({ platformUrl: platform.url, workspaceId: own.id, token: own.token });
await using agent = createAgent(client, {
  card: { name: "Summariser" },
  url,
  heartbeat: { delegations: false },
  onMessage: ({ text }) => `Summary of: ${text}`,
});
app.post("/a2a", nodeHandler(agent));
await agent.start();

await using asking = createA2AClient({ platformUrl: platform.url, workspaceId: peer.id, token: peer.token });
console.log((await asking.sendA2AMessage(own.id, "the report")).text);
