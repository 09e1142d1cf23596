// A process that polls for results and does other work until SIGUSR2. Arguments: platform URL, workspace id, token, state folder, and `stop` or `close`.
import { createA2AClient } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { keepPolling } from "../helpers/keep-polling";

const [, , platformUrl, workspaceId, token, stateDir, ending] = process.argv;

const client = createA2AClient({ platformUrl, workspaceId, token });
keepPolling(client, String(workspaceId));
const heartbeat = createHeartbeat(client, {
  intervalMs: 20,
  // Longer than the test runs.
  timeoutMs: 600_000,
  stateDir,
  delegations: { cooldownMs: 600_000 },
  onEvent: () => Promise.reject(new Error("the hook is broken")),
});
heartbeat.start();

const work = setInterval(() => {}, 60_000);
process.once("SIGUSR2", async () => {
  clearInterval(work);
  if (ending === "stop") await heartbeat.stop();
  if (ending === "close") await client.close();
});
