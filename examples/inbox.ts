// Two agents without a URL: one asks, the other fetches the question and answers it, and writes to its human.
//
//   npx tsx examples/inbox.ts                   on an embedded platform, started for you

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { createA2AClient } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";
import { startPlatform } from "a2a-peers/testing";

await using platform = await startPlatform();
const stateDir = await mkdtemp(`${tmpdir()}/a2a-peers-inbox-`);
await using _removed = { [Symbol.asyncDispose]: () => rm(stateDir, { recursive: true }) };

const ada = platform.addWorkspace({ name: "Ada", deliveryMode: "poll" });
const clerk = platform.addWorkspace({ name: "Clerk", deliveryMode: "poll" });
const access = ({ id, token }: typeof ada) => ({ platformUrl: platform.url, workspaceId: id, token });
await using asking = createInbox(createA2AClient(access(ada)), { stateDir });
await using answering = createInbox(createA2AClient(access(clerk)), { stateDir });

const running = answering.run(
  ({ from, text }) => `${from.kind === "human" ? "You" : "A peer"} said: ${text}`,
);
console.log((await asking.ask(clerk.id, "What is filed under 1969?")).text);

clerk.writeAsHuman("Good work.");
while (clerk.notifications.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
console.log(clerk.notifications[0]);
await answering.stop();
await running;
