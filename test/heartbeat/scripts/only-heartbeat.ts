// A process with a heartbeat. Arguments: platform URL, workspace id, token, milliseconds of other work, state folder, and `stop` or `close`.
import { createA2AClient } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";

const [, , platformUrl, workspaceId, token, workMs, stateDir, ending] = process.argv;

const client = createA2AClient({ platformUrl, workspaceId, token });
const heartbeat = createHeartbeat(client, {
  intervalMs: 20,
  // Longer than the test runs.
  timeoutMs: 600_000,
  stateDir,
  runtime: () => {
    throw new Error("the provider is broken");
  },
  onEvent: () => Promise.reject(new Error("the hook is broken")),
});
heartbeat.start();
heartbeat.beginTask("never ended");

setTimeout(async () => {
  process.stdout.write(`${process.eventNames().filter((name) => String(name).startsWith("SIG"))}`);
  if (ending === "stop") await heartbeat.stop();
  if (ending === "close") await client.close();
}, Number(workMs));
