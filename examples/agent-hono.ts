// An agent behind Hono, and a peer that sends it a message.
//
//   npx tsx examples/agent-hono.ts              on an embedded platform, started for you

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createA2AClient } from "a2a-peers";
import { createAgent } from "a2a-peers/agent";
import { startPlatform } from "a2a-peers/testing";
import { Hono } from "hono";

await using platform = await startPlatform();
const own = platform.addWorkspace({ name: "Summariser", status: "awaiting_agent" });
const peer = platform.addWorkspace({ name: "Peer" });

const app = new Hono().get("/health", (context) => context.text("ok"));
await using server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server;
await once(server.listen(0), "listening");
const url = `http://localhost:${(server.address() as AddressInfo).port}/a2a`;

await using client = createA2AClient({ platformUrl: platform.url, workspaceId: own.id, token: own.token });
await using agent = createAgent(client, {
  card: { name: "Summariser" },
  url,
  heartbeat: { delegations: false },
  onMessage: ({ text }) => `Summary of: ${text}`,
});
app.post("/a2a", (context) => agent.fetch(context.req.raw));
await agent.start();

await using asking = createA2AClient({ platformUrl: platform.url, workspaceId: peer.id, token: peer.token });
console.log((await asking.sendA2AMessage(own.id, "the report")).text);
