// A gateway: one process, one client and one address for a hundred workspaces. Each beats and reads its inbox.
//
//   npx tsx examples/gateway.ts                 on an embedded platform, started for you

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createA2AClient } from "a2a-peers";
import { createAgent } from "a2a-peers/agent";
import { startPlatform } from "a2a-peers/testing";

const WORKSPACES = 100;

await using platform = await startPlatform();
const parent = platform.addWorkspace({ name: "Parent" });
const workspaces = Array.from({ length: WORKSPACES }, (_, index) =>
  platform.addWorkspace({ name: `Agent ${index + 1}`, parentId: parent.id, status: "awaiting_agent" }),
);
const stateDir = await mkdtemp(`${tmpdir()}/a2a-peers-gateway-`);
await using _removed = { [Symbol.asyncDispose]: () => rm(stateDir, { recursive: true }) };

// The agents share the sockets, the cache of peers and the rate limit; tokens and state are those of each workspace.
await using client = createA2AClient({ platformUrl: platform.url, workspaces });
const agents = workspaces.map(({ id, name }) =>
  createAgent(client, {
    source: id,
    card: { name },
    heartbeat: { stateDir, delegations: false },
    inbox: { stateDir },
    onMessage: ({ text }) => `${name} has read: ${text}`,
  }),
);
await Promise.all(agents.map((agent) => agent.start()));
const { peers } = await client.listPeers({ source: workspaces[0]?.id });
console.log(`${peers.filter(({ status }) => status === "online").length} peers of Agent 1 are online`);

for (const workspace of workspaces) workspace.writeAsHuman("Good morning");
while (workspaces.some(({ notifications }) => notifications.length === 0)) await sleep(50);
console.log(workspaces.at(-1)?.notifications[0]);
console.log(
  `${workspaces.filter(({ notifications }) => notifications.length === 1).length} answers, one each`,
);
await Promise.all(agents.map((agent) => agent.stop()));
