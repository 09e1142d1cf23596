import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { beat, register } from "../helpers/registry";

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  // An agent that the platform runs, so that only the 180 s of the liveness key apply.
  me = platform.addWorkspace({ name: "Me", reply: () => "hi" });
});
afterEach(() => platform.close());

/** The status after one heartbeat. */
async function statusAfter(workspace: TestWorkspace): Promise<string> {
  await beat(platform, workspace);
  return workspace.state.status;
}

/** The events that tell a change of status. */
function statusEvents(): [type: string, payload: object][] {
  return platform.events
    .filter(({ type }) => type.startsWith("WORKSPACE_") && type !== "WORKSPACE_HEARTBEAT")
    .map(({ type, payload }) => [type, payload]);
}

describe("an agent without heartbeats", () => {
  it("becomes offline 180 s after its last heartbeat, once it has registered", async () => {
    await register(platform, me, { delivery_mode: "poll" });
    await clock.advance(100_000);
    await beat(platform, me);
    await clock.advance(179_999);
    expect(me.state.status).toBe("online");
    await clock.advance(1);
    expect(me.state.status).toBe("offline");
    expect(statusEvents().at(-1)).toEqual(["WORKSPACE_OFFLINE", {}]);
  });

  it("stays online where it never registered", async () => {
    await beat(platform, me);
    await clock.advance(3_600_000);
    expect(me.state.status).toBe("online");
  });

  it("stays online after the expired key until it registers again", async () => {
    await register(platform, me, { delivery_mode: "poll" });
    await clock.advance(180_000);
    expect(await statusAfter(me)).toBe("online");
    await clock.advance(3_600_000);
    expect(me.state.status).toBe("online");
    await register(platform, me, { delivery_mode: "poll" });
    await clock.advance(180_000);
    expect(me.state.status).toBe("offline");
  });

  it.each(["paused", "hibernated", "removed"])("stays %s", async (status) => {
    await register(platform, me, { delivery_mode: "poll" });
    me.setStatus(status);
    await clock.advance(180_000);
    expect(me.state.status).toBe(status);
  });

  it("becomes awaiting_agent after 90 s where it is external, registered or not, with one event", async () => {
    const outside = platform.addWorkspace({});
    await register(platform, outside);
    await clock.advance(60_000);
    await beat(platform, outside);
    await clock.advance(89_999);
    expect(outside.state.status).toBe("online");
    await clock.advance(1);
    expect(outside.state.status).toBe("awaiting_agent");
    await clock.advance(3_600_000);
    expect(outside.state.status).toBe("awaiting_agent");
    expect(statusEvents().map(([type]) => type)).toEqual(["WORKSPACE_ONLINE", "WORKSPACE_OFFLINE"]);
    expect(await statusAfter(outside)).toBe("online");
    await clock.advance(90_000);
    expect(outside.state.status).toBe("awaiting_agent");
  });

  it("becomes offline in 2026-04, external or not", async () => {
    await using earlier = await startPlatform({ version: "2026-04", clock });
    const outside = earlier.addWorkspace({});
    await beat(earlier, outside);
    await clock.advance(90_000);
    expect(outside.state.status).toBe("offline");
  });

  it("stays online before its first heartbeat", async () => {
    const outside = platform.addWorkspace({});
    await clock.advance(24 * 3_600_000);
    expect(outside.state.status).toBe("online");
  });

  it("stays online on a closed platform", async () => {
    await register(platform, me, { delivery_mode: "poll" });
    await platform.close();
    await clock.advance(180_000);
    expect(me.state.status).toBe("online");
  });
});
