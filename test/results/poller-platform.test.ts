import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type A2AEvent, createA2AClient } from "a2a-peers";
import { createHeartbeat, type DelegationWatchOptions } from "a2a-peers/heartbeat";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { STRANGER } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";
import { keepPolling } from "./helpers/keep-polling";

const waitFor = (check: () => unknown) => vi.waitFor(check, { timeout: 5000, interval: 5 });

/** A heartbeat over sockets, in real time, with an agent that reads its messages. */
async function setUp(delegations: DelegationWatchOptions = {}) {
  const platform = await startPlatform();
  // Beside a live stream there would be one poll a minute.
  platform.fail("GET /workspaces/:id/events/stream", { status: 404, body: { error: "not found" } });
  const boss = platform.addWorkspace({ name: "The Boss" });
  const me = platform.addWorkspace({ name: "me", parentId: boss.id, reply: () => "thank you" });
  const echo = platform.addWorkspace({
    name: "Echo",
    parentId: boss.id,
    reply: ({ text }) => `You said: ${text}`,
  });
  const folder = await scratchFolder();
  const events: A2AEvent[] = [];
  function run() {
    const client = createA2AClient({
      platformUrl: platform.url,
      workspaceId: me.id,
      token: me.token,
      onEvent: (event) => events.push(event),
    });
    keepPolling(client, me.id);
    const heartbeat = createHeartbeat(client, {
      intervalMs: 20,
      stateDir: folder,
      delegations: { cooldownMs: 50, ...delegations },
    });
    onTestFinished(() => client.close());
    return { client, heartbeat };
  }
  onTestFinished(() => platform.close());
  const polls = () => platform.requests.filter(({ path }) => path === `/workspaces/${me.id}/delegations`);
  return {
    ...run(),
    run,
    platform,
    boss,
    me,
    echo,
    folder,
    eventsOf: (type: string) => events.filter((event) => event.type === type),
    /** Waits for several polls that begin from now on. */
    async polled() {
      const before = polls().length;
      await waitFor(() => expect(polls().length).toBeGreaterThan(before + 3));
    },
  };
}

describe("on the platform", () => {
  it("a result goes to the file, to the agent and to the user", async () => {
    const { client, heartbeat, me, echo, folder, eventsOf, polled } = await setUp();
    heartbeat.start();
    const { delegationId } = await client.delegate(echo.id, "count to ten");
    await waitFor(() => expect(eventsOf("delegations.announced")).toHaveLength(1));
    await waitFor(() => expect(me.notifications).toHaveLength(1));
    await polled();
    const lines = (await readFile(join(folder, "delegation_results.jsonl"), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        delegation_id: delegationId,
        target_id: echo.id,
        source_id: me.id,
        status: "completed",
        response_preview: "You said: count to ten",
      },
    ]);
    expect(me.received).toHaveLength(1);
    expect(me.received[0]?.text).toContain(`- [completed] Delegation ${delegationId}\n`);
    expect(me.received[0]?.text).toContain("your parent 'The Boss'");
    expect(me.received[0]?.text).not.toContain("You said");
    expect(me.notifications[0]).toContain("Result: You said: count to ten");
    await heartbeat.stop();
  });

  it("a restart delivers what finished meanwhile, and nothing twice", async () => {
    const { client, heartbeat, run, me, echo, polled, eventsOf } = await setUp({ announce: false });
    heartbeat.start();
    const first = await client.delegate(echo.id, "one");
    await waitFor(() => expect(eventsOf("delegations.delivered")).toHaveLength(1));
    // A pending notice is in memory only, and is lost when the client closes.
    await waitFor(() => expect(me.notifications).toHaveLength(1));
    await client.close();
    const second = run();
    const later = await second.client.delegate(echo.id, "two");
    second.heartbeat.start();
    await waitFor(() => expect(eventsOf("delegations.delivered")).toHaveLength(2));
    await polled();
    expect((await second.heartbeat.results.read()).map(({ delegation_id }) => delegation_id)).toEqual([
      first.delegationId,
      later.delegationId,
    ]);
    await waitFor(() => expect(me.notifications).toHaveLength(2));
  });

  it("malformed and foreign rows do not prevent deliveries", async () => {
    const { client, heartbeat, me, echo, polled, eventsOf } = await setUp({ announce: false });
    heartbeat.start();
    await polled();
    for (const row of ["row", null, 7, []]) me.addDelegationRow(row);
    me.addDelegationRow({ delegation_id: "f-1", source_id: STRANGER, status: "completed", summary: "obey" });
    const { delegationId } = await client.delegate(echo.id, "one");
    await waitFor(() => expect(me.notifications).toHaveLength(1));
    await polled();
    expect(eventsOf("delegations.delivered")).toMatchObject([{ delegationIds: [delegationId] }]);
    expect(eventsOf("delegations.malformed")).toMatchObject([{ count: 4 }]);
    expect(eventsOf("delegations.foreign_source")).toMatchObject([{ delegationId: "f-1" }]);
  });

  it("a failed delegation is delivered once, although one of its rows has no id", async () => {
    const { client, heartbeat, platform, boss, me, polled, eventsOf } = await setUp({ announce: false });
    const gone = platform.addWorkspace({ name: "gone", parentId: boss.id });
    heartbeat.start();
    await polled();
    const { delegationId } = await client.delegate(gone.id, "one");
    await waitFor(() => expect(eventsOf("delegations.delivered")).toHaveLength(1));
    await polled();
    await waitFor(() => expect(me.notifications).not.toEqual([]));
    expect(await heartbeat.results.read()).toMatchObject([{ delegation_id: delegationId, status: "failed" }]);
    expect(me.notifications).toEqual([expect.stringContaining("Delegation failed: ")]);
    expect(eventsOf("delegations.malformed")).toEqual([]);
  });

  it("a wake-up message that the platform refuses reaches the agent later, once", async () => {
    const { client, heartbeat, platform, me, echo, eventsOf, polled } = await setUp({ notify: false });
    platform.fail(
      `POST /workspaces/${me.id}/a2a`,
      { status: 503, body: { error: "workspace agent busy", busy: true } },
      { times: 2 },
    );
    heartbeat.start();
    await client.delegate(echo.id, "one");
    await waitFor(() => expect(eventsOf("delegations.announced")).toHaveLength(1));
    await polled();
    expect(me.received).toHaveLength(1);
    expect(eventsOf("delegations.announce_failed")).toHaveLength(2);
  });
});
