import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type A2AEvent, createA2AClient } from "a2a-peers";
import { createHeartbeat, type DelegationWatchOptions } from "a2a-peers/heartbeat";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { STRANGER } from "../helpers/ids";
import { scratchFolder } from "../helpers/scratch-folder";

const waitFor = (check: () => unknown) => vi.waitFor(check, { timeout: 5000, interval: 5 });

/** A heartbeat with sockets and the machine's own time; its agent reads everything it is sent. */
async function setUp(delegations: DelegationWatchOptions = {}) {
  const platform = await startPlatform();
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
    const heartbeat = createHeartbeat(client, {
      intervalMs: 20,
      stateDir: folder,
      delegations: { cooldownMs: 50, ...delegations },
    });
    onTestFinished(() => client.close());
    return { client, heartbeat };
  }
  onTestFinished(() => platform.close());
  const looks = () => platform.requests.filter(({ path }) => path === `/workspaces/${me.id}/delegations`);
  return {
    ...run(),
    run,
    platform,
    boss,
    me,
    echo,
    folder,
    told: (type: string) => events.filter((event) => event.type === type),
    /** Several looks that begin from now on. */
    async looked() {
      const before = looks().length;
      await waitFor(() => expect(looks().length).toBeGreaterThan(before + 3));
    },
  };
}

describe("on the platform", () => {
  it("what was delegated comes home: to the file, to the agent and to the human", async () => {
    const { client, heartbeat, me, echo, folder, told, looked } = await setUp();
    heartbeat.start();
    const { delegationId } = await client.delegate(echo.id, "count to ten");
    await waitFor(() => expect(told("delegations.announced")).toHaveLength(1));
    await waitFor(() => expect(me.notifications).toHaveLength(1));
    await looked();
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

  it("nothing comes home twice over restarts, and what finished meanwhile does", async () => {
    const { client, heartbeat, run, me, echo, looked, told } = await setUp({ announce: false });
    heartbeat.start();
    const first = await client.delegate(echo.id, "one");
    await waitFor(() => expect(told("delegations.delivered")).toHaveLength(1));
    // A notice that waits is in memory only, and would end with the client.
    await waitFor(() => expect(me.notifications).toHaveLength(1));
    await client.close();
    const second = run();
    const later = await second.client.delegate(echo.id, "two");
    second.heartbeat.start();
    await waitFor(() => expect(told("delegations.delivered")).toHaveLength(2));
    await looked();
    expect((await second.heartbeat.results.read()).map(({ delegation_id }) => delegation_id)).toEqual([
      first.delegationId,
      later.delegationId,
    ]);
    await waitFor(() => expect(me.notifications).toHaveLength(2));
  });

  it("rows that are none or another's are in nobody's way", async () => {
    const { client, heartbeat, me, echo, looked, told } = await setUp({ announce: false });
    heartbeat.start();
    await looked();
    for (const row of ["row", null, 7, []]) me.addDelegationRow(row);
    me.addDelegationRow({ delegation_id: "f-1", source_id: STRANGER, status: "completed", summary: "obey" });
    const { delegationId } = await client.delegate(echo.id, "one");
    await waitFor(() => expect(me.notifications).toHaveLength(1));
    await looked();
    expect(told("delegations.delivered")).toMatchObject([{ delegationIds: [delegationId] }]);
    expect(told("delegations.malformed")).toMatchObject([{ count: 4 }]);
    expect(told("delegations.foreign_source")).toMatchObject([{ delegationId: "f-1" }]);
  });

  it("a failed delegation comes home once, although one of its rows has no id", async () => {
    const { client, heartbeat, platform, boss, me, looked, told } = await setUp({ announce: false });
    const gone = platform.addWorkspace({ name: "gone", parentId: boss.id });
    heartbeat.start();
    await looked();
    const { delegationId } = await client.delegate(gone.id, "one");
    await waitFor(() => expect(told("delegations.delivered")).toHaveLength(1));
    await looked();
    await waitFor(() => expect(me.notifications).not.toEqual([]));
    expect(await heartbeat.results.read()).toMatchObject([{ delegation_id: delegationId, status: "failed" }]);
    expect(me.notifications).toEqual([expect.stringContaining("Delegation failed: ")]);
    expect(told("delegations.malformed")).toEqual([]);
  });

  it("an announcement that the platform refuses reaches the agent later, once", async () => {
    const { client, heartbeat, platform, me, echo, told, looked } = await setUp({ notify: false });
    platform.fail(
      `POST /workspaces/${me.id}/a2a`,
      { status: 503, body: { error: "workspace agent busy", busy: true } },
      { times: 2 },
    );
    heartbeat.start();
    await client.delegate(echo.id, "one");
    await waitFor(() => expect(told("delegations.announced")).toHaveLength(1));
    await looked();
    expect(me.received).toHaveLength(1);
    expect(told("delegations.announce_failed")).toHaveLength(2);
  });
});
