// Answers every message of a workspace with an echo, and prints what it handles and what is acknowledged.
import { writeSync } from "node:fs";
import { createA2AClient } from "a2a-peers";
import { createInbox } from "a2a-peers/inbox";

const [platformUrl = "", workspaceId = "", token = "", stateDir = ""] = process.argv.slice(2);
const client = createA2AClient({ platformUrl, workspaceId, token });
const inbox = createInbox(client, {
  stateDir,
  pollIntervalMs: 5,
  idleIntervalMs: 10,
  concurrency: 4,
  maxAttempts: 1000,
  onEvent(event) {
    if (event.type === "inbox.acknowledged") writeSync(1, `acknowledged ${event.id}\n`);
    if (event.type === "inbox.retry") writeSync(1, `retry ${event.id} ${event.reason}\n`);
  },
});
await inbox.run(({ id, text }) => {
  writeSync(1, `handled ${id}\n`);
  return `echo ${text}`;
});
