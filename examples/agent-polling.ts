// An agent without a URL, such as one behind a firewall: its inbox fetches the messages of its peers and its human.
//
//   npx tsx examples/agent-polling.ts           on an embedded platform, started for you

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createA2AClient } from "a2a-peers";
import { createAgent } from "a2a-peers/agent";
import { startPlatform } from "a2a-peers/testing";

await using platform = await startPlatform();
const own = platform.addWorkspace({ name: "Clerk", status: "awaiting_agent" });
const peer = platform.addWorkspace({ name: "Ada", reply: () => "Thank you." });
const stateDir = await mkdtemp(`${tmpdir()}/a2a-peers-polling-`);
await using _removed = { [Symbol.asyncDispose]: () => rm(stateDir, { recursive: true }) };

await using client = createA2AClient({ platformUrl: platform.url, workspaceId: own.id, token: own.token });
await using agent = createAgent(client, {
  card: { name: "Clerk" },
  heartbeat: { stateDir, delegations: false },
  inbox: { stateDir },
  // What the handler returns goes to whoever has asked: a peer gets a message, the human a notification.
  onMessage: ({ from, text }) => `Filed for ${from.kind === "human" ? "you" : "a peer"}: ${text}`,
});
await agent.start();

// A message to an agent that polls is queued. `ask` of an inbox would wait for the answer: see inbox.ts.
await using asking = createA2AClient({ platformUrl: platform.url, workspaceId: peer.id, token: peer.token });
console.log(`${peer.name} asks: ${(await asking.sendA2AMessage(own.id, "RFC 1")).kind}`);
own.writeAsHuman("RFC 2");
while (own.notifications.length === 0 || peer.received.length === 0) await sleep(20);
console.log(peer.received[0]?.text);
console.log(own.notifications[0]);
