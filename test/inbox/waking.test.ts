import { createHeartbeat } from "a2a-peers/heartbeat";
import { createInbox } from "a2a-peers/inbox";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClientOn } from "../../src/client/client";
import { heldClock } from "../helpers/held-clock";
import { scratchFolder } from "../helpers/scratch-folder";
import { openInbox, platformForTest } from "./helpers/inbox";

const POLLING = { deliveryMode: "poll" } as const;
const SLOW = { timeout: 10_000 };
/** Reads that the pace alone would make only after the test. */
const RARE = { pollIntervalMs: 600_000, idleIntervalMs: 600_000 };

describe("an inbox beside the platform's event stream", () => {
  it("reads as soon as a message is there, and not for what it wrote itself", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox, client } = await openInbox(platform, me, RARE);
    const reads = () => platform.requests.filter(({ path }) => path.includes("since_id")).length;
    const handled: string[] = [];
    void inbox.run(({ text }) => void handled.push(text));
    await vi.waitFor(
      () => expect(platform.requests.some(({ path }) => path.endsWith("/stream"))).toBe(true),
      SLOW,
    );
    await vi.waitFor(() => {
      me.writeAsHuman("wakes");
      expect(handled).not.toEqual([]);
    }, SLOW);
    await vi.waitFor(() => expect(inbox.status.waiting + inbox.status.inFlight).toBe(0), SLOW);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = reads();
    await client.notifyUser("my own note");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reads()).toBe(before);
  });

  it("makes few reads of many events", async () => {
    const platform = await platformForTest();
    const me = platform.addWorkspace(POLLING);
    const { inbox } = await openInbox(platform, me, RARE);
    let handled = 0;
    void inbox.run(() => {
      handled += 1;
    });
    await vi.waitFor(() => {
      me.writeAsHuman("wakes");
      expect(handled).toBeGreaterThan(0);
    }, SLOW);
    const reads = () => platform.requests.filter(({ path }) => path.includes("since_id")).length;
    const [before, handledBefore] = [reads(), handled];
    for (let n = 0; n < 60; n += 1) me.writeAsHuman(`m${n}`);
    await vi.waitFor(() => expect(handled - handledBefore).toBeGreaterThanOrEqual(60), { timeout: 15_000 });
    expect(reads() - before).toBeLessThan(10);
  });
});

/** Requests of one hour in which nothing comes, with an inbox alone or beside a heartbeat whose beats it sees. */
async function quietHour(withHeartbeat: boolean): Promise<number> {
  const { startPlatform } = await import("a2a-peers/testing");
  const clock = heldClock();
  const platform = await startPlatform({ clock });
  onTestFinished(() => platform.close());
  const me = platform.addWorkspace(POLLING);
  const stateDir = await scratchFolder();
  const client = createClientOn(clock, {
    platformUrl: platform.url,
    workspaceId: me.id,
    token: me.token ?? undefined,
  });
  onTestFinished(() => client.close());
  const inbox = createInbox(client, { stateDir });
  if (withHeartbeat) createHeartbeat(client, { stateDir, delegations: false }).start();
  void inbox.run(() => {});
  const reads = () => platform.requests.filter(({ path }) => path.includes("/activity?")).length;
  await settle();
  for (let second = 0; second < 3600; second += 5) {
    await clock.advance(5000);
    await settle();
  }
  return reads();

  /** What was sent has been answered. */
  async function settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

describe("an hour in which nothing comes", () => {
  it("costs at most two reads a minute without the stream's beats, and one with them", async () => {
    const [alone, besideHeartbeat] = [await quietHour(false), await quietHour(true)];
    expect(alone).toBeLessThan(140);
    expect(besideHeartbeat).toBeLessThan(75);
  }, 60_000);
});
