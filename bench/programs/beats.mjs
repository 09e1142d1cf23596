// The heartbeats of many workspaces in one process. Arguments: the URL, the number of workspaces, the interval in
// ms, and a folder.
import { setTimeout as sleep } from "node:timers/promises";
import { idOf } from "./ids.mjs";

const load = (entry) => import(`${process.env.A2A_PEERS_DIST}/${entry}.js`);
const { createA2AClient } = await load("index");
const { createHeartbeat } = await load("heartbeat");

const [, , platformUrl, count, intervalMs, stateDir] = process.argv;
const workspaces = Array.from({ length: Number(count) }, (_, index) => ({ id: idOf(index), token: "token" }));
const client = createA2AClient({ platformUrl, workspaces });
const beats = { sent: 0, failed: 0 };
const heartbeats = workspaces.map(({ id }) =>
  createHeartbeat(client, {
    source: id,
    intervalMs: Number(intervalMs),
    stateDir,
    delegations: false,
    onEvent: ({ type }) => {
      if (type === "heartbeat.sent") beats.sent += 1;
      if (type === "heartbeat.failed") beats.failed += 1;
    },
  }),
);
for (const heartbeat of heartbeats) heartbeat.start();
// The first beats are made at once, and the second ones spread over an interval.
while (beats.sent + beats.failed < heartbeats.length) await sleep(20);

process.on("message", async ({ durationMs }) => {
  const before = { ...beats };
  const cpu = process.cpuUsage();
  await sleep(durationMs);
  const { user, system } = process.cpuUsage(cpu);
  const [sent, failed] = [beats.sent - before.sent, beats.failed - before.failed];
  process.send({ sent, failed, cpuUs: user + system });
});
process.once("disconnect", () => process.exit());
process.send("ready");
