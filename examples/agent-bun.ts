// An agent behind Bun's own server, and a peer that sends it a message.
//
//   bun examples/agent-bun.ts                   on an embedded platform, started for you

import { createA2AClient } from "a2a-peers";
import { createAgent } from "a2a-peers/agent";
import { startPlatform } from "a2a-peers/testing";

// With the package @types/bun this declaration is not needed.
declare const Bun: {
  serve(options: {
    port: number;
    routes: Record<string, (request: Request) => Response | Promise<Response>>;
  }): {
    port: number;
    stop(): Promise<void>;
  };
};

await using platform = await startPlatform();
const own = platform.addWorkspace({ name: "Summariser", status: "awaiting_agent" });
const peer = platform.addWorkspace({ name: "Peer" });

const server = Bun.serve({
  port: 0,
  routes: { "/health": () => new Response("ok"), "/a2a": (request) => agent.fetch(request) },
});
await using client = createA2AClient({ platformUrl: platform.url, workspaceId: own.id, token: own.token });
const agent = createAgent(client, {
  card: { name: "Summariser" },
  url: `http://localhost:${server.port}/a2a`,
  heartbeat: { delegations: false },
  onMessage: ({ text }) => `Summary of: ${text}`,
});
await agent.start();

await using asking = createA2AClient({ platformUrl: platform.url, workspaceId: peer.id, token: peer.token });
console.log((await asking.sendA2AMessage(own.id, "the report")).text);
await agent.stop();
await server.stop();
