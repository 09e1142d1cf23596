// Arguments: platform URL, workspace id, token, state folder, and what to do in the end. Works until SIGUSR2 comes.
import { createA2AClient } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";

const [, , platformUrl, workspaceId, token, stateDir, finale] = process.argv;

const client = createA2AClient({ platformUrl, workspaceId, token });
const heartbeat = createHeartbeat(client, {
  intervalMs: 20,
  // Far beyond the patience of the test.
  timeoutMs: 600_000,
  stateDir,
  delegations: { cooldownMs: 600_000 },
  onEvent: () => Promise.reject(new Error("the hook is broken")),
});
heartbeat.start();

const work = setInterval(() => {}, 60_000);
process.once("SIGUSR2", async () => {
  clearInterval(work);
  if (finale === "stop") await heartbeat.stop();
  if (finale === "close") await client.close();
});
