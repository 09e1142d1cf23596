import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { settle } from "a2a-peers";
import { expect, it } from "vitest";
import { type Period, startDay } from "./helpers/day";
import { parseTime } from "./helpers/day-clock";

const MINUTE = 60_000;
/** Limit of the test in real time, in milliseconds. */
const MAX_RUNTIME_MS = 60_000;
/** Beats in a period without changes: one every 30 s. */
const beatsIn = (minutes: number) => 2 * minutes;

/** Differences between the two versions of the platform. */
const VERSIONS = [
  // A workspace without beats is offline. There is no inbound secret, a removed workspace is listed like any other, and
  // a hibernated one stays so until it registers, although messages are answered as if they woke it.
  {
    version: "2026-04",
    statusWithoutBeats: "offline",
    hasInboundSecret: false,
    removal: /was removed from the platform\. /,
    wakes: false,
  },
  // A workspace without beats awaits its agent. A removed workspace is answered 410 with the time of its removal.
  {
    version: "2026-05",
    statusWithoutBeats: "awaiting_agent",
    hasInboundSecret: true,
    removal: /was removed from the platform at 2/,
    wakes: true,
  },
] as const;

/** A period in which all beats were accepted and nothing else happened. */
const quiet = (status: string, beats: number): Period => ({
  status,
  platform: [],
  heartbeat: [],
  arrived: beats,
  accepted: beats,
});

// Every beat of the day goes over a real socket, which takes most of the time of this test, so the runtime is down for
// some hours: some 670 beats instead of 2,880.
const TITLE = "one day of a workspace on the platform of $version";
it.each(VERSIONS)(TITLE, { timeout: MAX_RUNTIME_MS }, async (variant) => {
  const { version, statusWithoutBeats, hasInboundSecret, removal, wakes } = variant;
  const secretStored = hasInboundSecret ? ["heartbeat.secret_stored"] : [];
  const day = await startDay(version);
  const { clock, platform, me, peer, period, file } = day;

  // 00:00  The workspace is created. A message to it is answered with a wait, and fails; no runtime starts in time.
  const early = settle(peer.sendA2AMessage(me.id, "anybody there?", { budgetMs: MINUTE }));
  await clock.until("00:05");
  expect(period()).toEqual(quiet("provisioning", 0));
  expect(await early).toMatchObject({
    ok: false,
    error: { code: "peer_unavailable", delivery: "not-sent" },
  });
  await clock.until("09:00");
  expect(period()).toEqual({ ...quiet("failed", 0), platform: [["WORKSPACE_PROVISION_TIMEOUT", {}]] });

  // 09:00  It is provisioned again, and a runtime starts, which registers it and receives its first token; the first
  // beat follows at once.
  me.setStatus("provisioning");
  await clock.until("09:05");
  expect(period()).toEqual(quiet("provisioning", 0));
  const { client, heartbeat, agent, shutDown } = await day.boot();
  const agentCard = { name: "Clerk", version: "1" };
  const registered = (url: string): Period["platform"][number] => [
    "WORKSPACE_ONLINE",
    { url, agent_card: agentCard },
  ];
  expect(await client.register({ url: agent.url, agentCard })).toMatchObject({ alreadyRegistered: false });
  expect(await file(".auth_token")).toBe(me.token);
  heartbeat.start();
  await clock.settled();
  expect(period()).toEqual({
    ...quiet("online", 1),
    platform: [registered(agent.url)],
    heartbeat: secretStored,
  });
  expect(await file(".platform_inbound_secret")).toBe(hasInboundSecret ? me.inboundSecret : undefined);
  await clock.until("09:30");
  expect(period()).toEqual(quiet("online", beatsIn(25)));

  // 09:30  Tasks begin and end, and each change is pushed at once.
  const report = heartbeat.beginTask("morning report");
  await clock.until("09:30:01");
  expect(period()).toEqual({
    ...quiet("online", 1),
    platform: [["TASK_UPDATED", { current_task: "morning report", active_tasks: 1 }]],
  });
  const proofreading = heartbeat.beginTask("proofreading");
  await clock.until("09:40");
  proofreading.end();
  await clock.until("09:50");
  report.end();
  await clock.until("10:00");
  expect(period()).toEqual({
    ...quiet("online", beatsIn(30) + 3),
    platform: [
      ["TASK_UPDATED", { current_task: "proofreading", active_tasks: 2 }],
      ["TASK_UPDATED", { current_task: "morning report", active_tasks: 1 }],
      ["TASK_UPDATED", { current_task: "", active_tasks: 0 }],
    ],
  });

  // 10:00  Half of its requests fail: it is degraded, until fewer than a tenth fail.
  async function fails(errors: number, requests: number, until: string): Promise<Period> {
    for (let count = 0; count < requests; count += 1) {
      if (count < errors) heartbeat.recordError("out of paper");
      else heartbeat.recordSuccess();
    }
    await clock.until(until);
    return period();
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
  expect(period()).toEqual(quiet("online", beatsIn(30) - 5));
  expect(me.state).toMatchObject({ errorRate: 0, sampleError: "" });

  // 10:30  The runtime is wedged, with a reason. Successes do not make it healthy.
  heartbeat.markWedged("control request timeout");
  await clock.until("10:30:01");
  expect(period()).toEqual({
    ...quiet("degraded", 1),
    platform: [["WORKSPACE_DEGRADED", { runtime_state: "wedged", sample_error: "control request timeout" }]],
  });
  heartbeat.markWedged("another reason, which comes too late");
  heartbeat.recordSuccess();
  await clock.until("10:45");
  expect(period()).toEqual(quiet("degraded", beatsIn(15)));
  expect(me.state).toMatchObject({ errorRate: 0, sampleError: "control request timeout" });
  heartbeat.clearWedge();
  await clock.until("10:45:01");
  expect(period()).toEqual({ ...quiet("online", 1), platform: [["WORKSPACE_ONLINE", {}]] });
  await clock.until("11:00");
  expect(period()).toEqual(quiet("online", beatsIn(15)));

  // 11:00  A peer sends a task of four minutes. It waits for the reply, and the beats go on.
  agent.reply = async (text) => {
    using _task = heartbeat.beginTask(text);
    // Two requests are open meanwhile: that of the peer, and the one with which the platform forwards it.
    await clock.holding(2, 4 * MINUTE);
    heartbeat.recordSuccess();
    return "all quiet";
  };
  const asked = peer.sendA2AMessage(me.id, "how was the night?");
  await clock.until("11:03");
  expect(period()).toEqual({
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
  expect(period()).toEqual({
    ...quiet("online", beatsIn(27) + 1),
    platform: [["TASK_UPDATED", { current_task: "", active_tasks: 0 }]],
  });

  // 11:30  A message to the busy agent is queued until a beat reports no active task.
  const books = heartbeat.beginTask("closing the books");
  agent.reply = () => undefined;
  await clock.until("11:31");
  expect(await peer.sendA2AMessage(me.id, "book a room")).toMatchObject({ kind: "queued", queueDepth: 1 });
  agent.reply = () => "booked";
  await clock.until("11:50");
  expect(agent.received).toEqual(["how was the night?", "book a room"]);
  books.end();
  await clock.until("11:50:01");
  expect(agent.received).toEqual(["how was the night?", "book a room", "book a room"]);
  await clock.until("12:00");
  expect(agent.received).toHaveLength(3);
  expect(period()).toEqual({
    ...quiet("online", beatsIn(30) + 2),
    platform: [
      ["TASK_UPDATED", { current_task: "closing the books", active_tasks: 1 }],
      ["TASK_UPDATED", { current_task: "", active_tasks: 0 }],
    ],
  });

  // 12:00  The token is rotated, and the file has the new one half a minute later. Nothing is restarted: one beat is
  // refused, and the next is refused and retried.
  const rotated = me.rotateToken();
  await clock.until("12:00:30");
  await writeFile(join(day.folder, ".auth_token"), rotated);
  await clock.until("12:30");
  expect(period()).toEqual({
    ...quiet("online", beatsIn(30) - 1),
    heartbeat: ["heartbeat.failed 1 unauthorized", "token.refreshed"],
    arrived: beatsIn(30) + 1,
  });
  expect(await client.listPeers()).toMatchObject({ peers: [{ name: "Peer" }], diagnostic: null });

  // 12:30  The platform is down for ten minutes, which is longer than livenessMs.
  platform.fail("*", { kind: "reset" });
  await clock.until("12:39:30");
  platform.fail("*", { kind: "reset" }, { times: 0 });
  platform.fail("*", { status: 502, body: "<html>Bad Gateway</html>" });
  await clock.until("12:40");
  platform.fail("*", { status: 502 }, { times: 0 });
  expect(period()).toEqual({
    ...quiet(statusWithoutBeats, 0),
    platform: [["WORKSPACE_OFFLINE", {}]],
    heartbeat: [
      "heartbeat.failed 1 network",
      "heartbeat.failed 2 network",
      "heartbeat.overdue",
      "heartbeat.failed 3 network",
      "heartbeat.failed 10 network",
      "heartbeat.failed 20 platform_error",
    ],
    arrived: beatsIn(10),
  });
  await clock.until("13:00");
  expect(period()).toEqual({
    ...quiet("online", beatsIn(20)),
    platform: [["WORKSPACE_ONLINE", { recovered_from: statusWithoutBeats }], registered(agent.url)],
    heartbeat: ["heartbeat.registered_again after 630 s"],
  });

  // 13:00  An operator pauses the workspace. Beats go on; neither they nor the end of another outage resume it.
  me.setStatus("paused");
  await clock.until("13:15");
  expect(period()).toEqual({ ...quiet("paused", beatsIn(15)), heartbeat: ["heartbeat.paused"] });
  expect(await settle(peer.sendA2AMessage(me.id, "at work?"))).toMatchObject({
    ok: false,
    error: { code: "peer_unavailable", delivery: "not-sent", attempts: 1 },
  });
  platform.fail("*", { kind: "reset" });
  await clock.until("13:19");
  platform.fail("*", { kind: "reset" }, { times: 0 });
  await clock.until("13:30");
  expect(period()).toEqual({
    ...quiet("paused", beatsIn(11)),
    heartbeat: [
      "heartbeat.failed 1 network",
      "heartbeat.failed 2 network",
      "heartbeat.overdue",
      "heartbeat.failed 3 network",
    ],
    arrived: beatsIn(15),
  });

  // 13:30  It is resumed, and registered again because of the outage.
  me.setStatus("provisioning");
  await clock.until("13:45");
  expect(period()).toEqual({
    ...quiet("online", beatsIn(15)),
    platform: [["WORKSPACE_ONLINE", { recovered_from: "provisioning" }], registered(agent.url)],
    heartbeat: ["heartbeat.resumed", "heartbeat.registered_again after 270 s"],
  });

  // 13:45  The platform issues a new inbound secret.
  me.setInboundSecret("the-secret-of-the-evening");
  await clock.until("14:00");
  expect(period()).toEqual({ ...quiet("online", beatsIn(15)), heartbeat: secretStored });
  const secret = hasInboundSecret ? "the-secret-of-the-evening" : undefined;
  expect(await file(".platform_inbound_secret")).toBe(secret);
  expect(await heartbeat.inboundSecret()).toBe(secret);

  // 14:00  It hibernates. Beats do not wake it; after ten minutes its process stops, with a last beat.
  me.setStatus("hibernated");
  await clock.until("14:10");
  await shutDown();
  expect(period()).toEqual(quiet("hibernated", beatsIn(10) + 1));
  await clock.until("20:00");
  expect(period()).toEqual(quiet("hibernated", 0));

  // 20:00  A message wakes it: a process starts, and finds its token in its folder. The sender waits as long as the
  // platform asks, and receives the reply well within its budget.
  const waking = peer.sendA2AMessage(me.id, "one more room, please", { budgetMs: MINUTE });
  await clock.until("20:00:05");
  expect(period()).toEqual({
    ...quiet(wakes ? "provisioning" : "hibernated", 0),
    platform: wakes ? [["WORKSPACE_PROVISIONING", {}]] : [],
  });
  const evening = await day.boot();
  evening.agent.reply = () => "booked again";
  const registration = { url: evening.agent.url, agentCard };
  expect(await evening.client.register(registration)).toMatchObject({ alreadyRegistered: true });
  evening.heartbeat.start();
  await clock.until("20:01");
  expect(await waking).toMatchObject({ kind: "reply", text: "booked again", attempts: 2 });
  expect(evening.agent.received).toEqual(["one more room, please"]);
  expect(period()).toEqual({ ...quiet("online", 3), platform: [registered(evening.agent.url)] });
  await clock.until("20:30");
  expect(period()).toEqual(quiet("online", beatsIn(29)));

  // 20:30  It is removed. Its beats are still answered 200, so the heartbeat finds out by a lookup after the next one, and stops.
  me.setStatus("removed");
  await clock.until("20:35");
  expect(period()).toEqual({ ...quiet("removed", 1), heartbeat: ["heartbeat.removed"] });
  expect(me.state.lastHeartbeatAt).toBe(parseTime("20:29:51.5"));
  expect(evening.heartbeat.status.running).toBe(false);
  await expect(evening.client.getWorkspaceInfo()).rejects.toMatchObject({
    code: "workspace_removed",
    message: expect.stringMatching(removal),
  });

  // 24:00  No request came since. In the whole day, gaps between beats are those of the outages and of the time without
  // a runtime.
  await clock.until("24:00");
  expect(period()).toEqual(quiet("removed", 0));
  const late = platform.requests.filter(({ receivedAt }) => receivedAt > parseTime("20:35"));
  expect(late).toEqual([]);
  expect(day.gaps()).toEqual([
    ["12:29", "12:40"],
    ["13:14", "13:19"],
    ["14:10", "20:00"],
  ]);
});
