import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { settle } from "a2a-peers";
import { expect, it } from "vitest";
import { midnight, type Turn } from "./helpers/day";
import { timeOf } from "./helpers/day-clock";

const MINUTE = 60_000;
/** Of the machine, in milliseconds: one that is busy with other tests needs its time. */
const LONGEST_DAY = 60_000;
/** One every 30 s, as long as nothing happens. */
const beatsIn = (minutes: number) => 2 * minutes;

/** How the platforms of the two months differ, in the life of one workspace. */
const VERSIONS = [
  // Whoever falls silent is offline. There is no inbound secret, and a removed workspace is shown like any other.
  {
    version: "2026-04",
    silent: "offline",
    handsOutSecret: false,
    removal: /was removed from the platform\. /,
  },
  // Who runs elsewhere is waited for. A removed workspace is a 410 that knows when.
  {
    version: "2026-05",
    silent: "awaiting_agent",
    handsOutSecret: true,
    removal: /was removed from the platform at 2/,
  },
] as const;

/** A turn in which beats came, all of them were taken, and nothing else happened. */
const quiet = (status: string, beats: number): Turn => ({
  status,
  platform: [],
  heartbeat: [],
  arrived: beats,
  accepted: beats,
});

// Nothing is compressed: beats come every 30 s, each over a real socket. They are what the time of this test goes into,
// so the day has its quiet hours where no runtime is up, and some 670 beats instead of 2,880.
const TITLE = "a workspace lives through a day on the platform of $version";
it.each(VERSIONS)(TITLE, { timeout: LONGEST_DAY }, async (world) => {
  const { version, silent, handsOutSecret, removal } = world;
  const secretStored = handsOutSecret ? ["heartbeat.secret_stored"] : [];
  const day = await midnight(version);
  const { clock, platform, me, peer, turn, file } = day;

  // 00:00  It is created. Who asks for it is told to wait, and gives up; nobody starts it in time.
  const early = settle(peer.sendA2AMessage(me.id, "anybody there?", { budgetMs: MINUTE }));
  await clock.until("00:05");
  expect(turn()).toEqual(quiet("provisioning", 0));
  expect(await early).toMatchObject({
    ok: false,
    error: { code: "peer_unavailable", delivery: "not-sent" },
  });
  await clock.until("09:00");
  expect(turn()).toEqual({ ...quiet("failed", 0), platform: [["WORKSPACE_PROVISION_TIMEOUT", {}]] });

  // 09:00  It is provisioned once more, and now there is a runtime. That registers it, and gets a token, which it
  // did not have; its first beat follows at once.
  me.setStatus("provisioning");
  await clock.until("09:05");
  expect(turn()).toEqual(quiet("provisioning", 0));
  const { client, heartbeat, agent, shutDown } = await day.boot();
  const agentCard = { name: "Clerk", version: "1" };
  const registered = (url: string): Turn["platform"][number] => [
    "WORKSPACE_ONLINE",
    { url, agent_card: agentCard },
  ];
  expect(await client.register({ url: agent.url, agentCard })).toMatchObject({ alreadyRegistered: false });
  expect(await file(".auth_token")).toBe(me.token);
  heartbeat.start();
  await clock.settled();
  expect(turn()).toEqual({
    ...quiet("online", 1),
    platform: [registered(agent.url)],
    heartbeat: secretStored,
  });
  expect(await file(".platform_inbound_secret")).toBe(handsOutSecret ? me.inboundSecret : undefined);
  await clock.until("09:30");
  expect(turn()).toEqual(quiet("online", beatsIn(25)));

  // 09:30  Tasks begin and end, and each change is told at once, not with the next beat.
  const report = heartbeat.beginTask("morning report");
  await clock.until("09:30:01");
  expect(turn()).toEqual({
    ...quiet("online", 1),
    platform: [["TASK_UPDATED", { current_task: "morning report", active_tasks: 1 }]],
  });
  const proofreading = heartbeat.beginTask("proofreading");
  await clock.until("09:40");
  proofreading.end();
  await clock.until("09:50");
  report.end();
  await clock.until("10:00");
  expect(turn()).toEqual({
    ...quiet("online", beatsIn(30) + 3),
    platform: [
      ["TASK_UPDATED", { current_task: "proofreading", active_tasks: 2 }],
      ["TASK_UPDATED", { current_task: "morning report", active_tasks: 1 }],
      ["TASK_UPDATED", { current_task: "", active_tasks: 0 }],
    ],
  });

  // 10:00  Half of what it does fails: it is degraded, and stays so until less than a tenth does.
  async function fails(errors: number, requests: number, until: string): Promise<Turn> {
    for (let count = 0; count < requests; count += 1) {
      if (count < errors) heartbeat.recordError("out of paper");
      else heartbeat.recordSuccess();
    }
    await clock.until(until);
    return turn();
  }
  expect(await fails(49, 100, "10:00:30")).toEqual(quiet("online", 1));
  expect(await fails(1, 2, "10:01")).toEqual({
    ...quiet("degraded", 1),
    platform: [["WORKSPACE_DEGRADED", { error_rate: 0.5, sample_error: "out of paper" }]],
  });
  expect(await fails(2, 2, "10:01:30")).toEqual(quiet("degraded", 1));
  expect(await fails(1, 10, "10:02")).toEqual(quiet("degraded", 1));
  expect(me.state).toMatchObject({ errorRate: 0.1, sampleError: "out of paper" });
  expect(await fails(9, 100, "10:02:30")).toEqual({
    ...quiet("online", 1),
    platform: [["WORKSPACE_ONLINE", {}]],
  });
  await clock.until("10:30");
  expect(turn()).toEqual(quiet("online", beatsIn(30) - 5));
  expect(me.state).toMatchObject({ errorRate: 0, sampleError: "" });

  // 10:30  The runtime is stuck, and says why. What goes well beside that does not make it healthy.
  heartbeat.markWedged("control request timeout");
  await clock.until("10:30:01");
  expect(turn()).toEqual({
    ...quiet("degraded", 1),
    platform: [["WORKSPACE_DEGRADED", { runtime_state: "wedged", sample_error: "control request timeout" }]],
  });
  heartbeat.markWedged("another reason, which comes too late");
  heartbeat.recordSuccess();
  await clock.until("10:45");
  expect(turn()).toEqual(quiet("degraded", beatsIn(15)));
  expect(me.state).toMatchObject({ errorRate: 0, sampleError: "control request timeout" });
  heartbeat.clearWedge();
  await clock.until("10:45:01");
  expect(turn()).toEqual({ ...quiet("online", 1), platform: [["WORKSPACE_ONLINE", {}]] });
  await clock.until("11:00");
  expect(turn()).toEqual(quiet("online", beatsIn(15)));

  // 11:00  A peer asks for something that takes four minutes. It waits, and the workspace goes on beating.
  agent.answering = async (text) => {
    using _task = heartbeat.beginTask(text);
    // Two requests are open meanwhile: the peer's, and the one with which the platform passes it on.
    await clock.holding(2, 4 * MINUTE);
    heartbeat.recordSuccess();
    return "all quiet";
  };
  const asked = peer.sendA2AMessage(me.id, "how was the night?");
  await clock.until("11:03");
  expect(turn()).toEqual({
    ...quiet("online", 7),
    platform: [["TASK_UPDATED", { current_task: "how was the night?", active_tasks: 1 }]],
  });
  await clock.until("11:30");
  expect(await asked).toMatchObject({
    kind: "reply",
    text: "all quiet",
    attempts: 1,
    elapsedMs: 4 * MINUTE,
  });
  expect(turn()).toEqual({
    ...quiet("online", beatsIn(27) + 1),
    platform: [["TASK_UPDATED", { current_task: "", active_tasks: 0 }]],
  });

  // 11:30  A message that comes while it is busy is queued, for as long as its beats report no time for it.
  const books = heartbeat.beginTask("closing the books");
  agent.answering = () => undefined;
  await clock.until("11:31");
  expect(await peer.sendA2AMessage(me.id, "book a room")).toMatchObject({ kind: "queued", queueDepth: 1 });
  agent.answering = () => "booked";
  await clock.until("11:50");
  expect(agent.heard).toEqual(["how was the night?", "book a room"]);
  books.end();
  await clock.until("11:50:01");
  expect(agent.heard).toEqual(["how was the night?", "book a room", "book a room"]);
  await clock.until("12:00");
  expect(agent.heard).toHaveLength(3);
  expect(turn()).toEqual({
    ...quiet("online", beatsIn(30) + 2),
    platform: [
      ["TASK_UPDATED", { current_task: "closing the books", active_tasks: 1 }],
      ["TASK_UPDATED", { current_task: "", active_tasks: 0 }],
    ],
  });

  // 12:00  The token is rotated, and half a minute later the file has the new one. Nobody restarts anything: one
  // beat is refused, and the next is refused and repeated.
  const rotated = me.rotateToken();
  await clock.until("12:00:30");
  await writeFile(join(day.folder, ".auth_token"), rotated);
  await clock.until("12:30");
  expect(turn()).toEqual({
    ...quiet("online", beatsIn(30) - 1),
    heartbeat: ["heartbeat.failed 1 unauthorized", "token.refreshed"],
    arrived: beatsIn(30) + 1,
  });
  expect(await client.listPeers()).toMatchObject({ peers: [{ name: "Peer" }], diagnostic: null });

  // 12:30  The platform is away for ten minutes, which is longer than it believes in anybody who is silent.
  platform.fail("*", { kind: "reset" });
  await clock.until("12:39:30");
  platform.fail("*", { kind: "reset" }, { times: 0 });
  platform.fail("*", { status: 502, body: "<html>Bad Gateway</html>" });
  await clock.until("12:40");
  platform.fail("*", { status: 502 }, { times: 0 });
  expect(turn()).toEqual({
    ...quiet(silent, 0),
    platform: [["WORKSPACE_OFFLINE", {}]],
    heartbeat: [
      "heartbeat.failed 1 network",
      "heartbeat.failed 2 network",
      "heartbeat.failed 3 network",
      "heartbeat.failed 10 network",
      "heartbeat.failed 20 platform_error",
    ],
    arrived: beatsIn(10),
  });
  await clock.until("13:00");
  expect(turn()).toEqual({
    ...quiet("online", beatsIn(20)),
    platform: [["WORKSPACE_ONLINE", { recovered_from: silent }], registered(agent.url)],
    heartbeat: ["heartbeat.registered_again after 630 s"],
  });

  // 13:00  An operator pauses it. Beats go on and do not undo that, nor does the end of another outage.
  me.setStatus("paused");
  await clock.until("13:15");
  expect(turn()).toEqual({ ...quiet("paused", beatsIn(15)), heartbeat: ["heartbeat.paused"] });
  expect(await settle(peer.sendA2AMessage(me.id, "at work?"))).toMatchObject({
    ok: false,
    error: { code: "peer_unavailable", delivery: "not-sent", attempts: 1 },
  });
  platform.fail("*", { kind: "reset" });
  await clock.until("13:19");
  platform.fail("*", { kind: "reset" }, { times: 0 });
  await clock.until("13:30");
  expect(turn()).toEqual({
    ...quiet("paused", beatsIn(11)),
    heartbeat: [1, 2, 3].map((consecutive) => `heartbeat.failed ${consecutive} network`),
    arrived: beatsIn(15),
  });

  // 13:30  It is resumed, and what the outage has left to do is done now.
  me.setStatus("provisioning");
  await clock.until("13:45");
  expect(turn()).toEqual({
    ...quiet("online", beatsIn(15)),
    platform: [["WORKSPACE_ONLINE", { recovered_from: "provisioning" }], registered(agent.url)],
    heartbeat: ["heartbeat.resumed", "heartbeat.registered_again after 270 s"],
  });

  // 13:45  The platform has a new secret with which it signs in to the agent.
  me.setInboundSecret("the-secret-of-the-evening");
  await clock.until("14:00");
  expect(turn()).toEqual({ ...quiet("online", beatsIn(15)), heartbeat: secretStored });
  const secret = handsOutSecret ? "the-secret-of-the-evening" : undefined;
  expect(await file(".platform_inbound_secret")).toBe(secret);
  expect(await heartbeat.inboundSecret()).toBe(secret);

  // 14:00  It hibernates. Beats do not wake it; after ten minutes its process is ended, which sends a last one.
  me.setStatus("hibernated");
  await clock.until("14:10");
  await shutDown();
  expect(turn()).toEqual(quiet("hibernated", beatsIn(10) + 1));
  await clock.until("20:00");
  expect(turn()).toEqual(quiet("hibernated", 0));

  // 20:00  A message wakes it: a process is started, which finds its token in its folder. The sender waits as long
  // as it is asked to, and has its reply well within its budget.
  const waking = peer.sendA2AMessage(me.id, "one more room, please", { budgetMs: MINUTE });
  await clock.until("20:00:05");
  expect(turn()).toEqual({ ...quiet("provisioning", 0), platform: [["WORKSPACE_PROVISIONING", {}]] });
  const evening = await day.boot();
  evening.agent.answering = () => "booked again";
  const registration = { url: evening.agent.url, agentCard };
  expect(await evening.client.register(registration)).toMatchObject({ alreadyRegistered: true });
  evening.heartbeat.start();
  await clock.until("20:01");
  expect(await waking).toMatchObject({ kind: "reply", text: "booked again", attempts: 2 });
  expect(evening.agent.heard).toEqual(["one more room, please"]);
  expect(turn()).toEqual({ ...quiet("online", 3), platform: [registered(evening.agent.url)] });
  await clock.until("20:30");
  expect(turn()).toEqual(quiet("online", beatsIn(29)));

  // 20:30  It is removed. Its beats count no more and are still answered with 200, so it looks itself up now and
  // then, and ends.
  me.setStatus("removed");
  await clock.until("20:35");
  expect(turn()).toEqual({ ...quiet("removed", 9), heartbeat: ["heartbeat.removed"] });
  expect(me.state.lastHeartbeatAt).toBe(timeOf("20:29:51.5"));
  expect(evening.heartbeat.status.running).toBe(false);
  await expect(evening.client.getWorkspaceInfo()).rejects.toMatchObject({
    code: "workspace_removed",
    message: expect.stringMatching(removal),
  });

  // 24:00  Nothing at all was heard of it since. In the whole day it was silent only where nobody could hear it, or
  // nobody was there.
  await clock.until("24:00");
  expect(turn()).toEqual(quiet("removed", 0));
  const late = platform.requests.filter(({ receivedAt }) => receivedAt > timeOf("20:35"));
  expect(late).toEqual([]);
  expect(day.silences()).toEqual([
    ["12:29", "12:40"],
    ["13:14", "13:19"],
    ["14:10", "20:00"],
  ]);
});
