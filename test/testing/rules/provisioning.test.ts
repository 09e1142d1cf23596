import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { send } from "../helpers/exchange";
import { beat } from "../helpers/registry";

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  me = platform.addWorkspace({ name: "Me", reply: () => "hi" });
});
afterEach(() => platform.close());

/** The events that tell a change of status. */
function statusEvents(): [type: string, payload: object][] {
  return platform.events
    .filter(({ type }) => type.startsWith("WORKSPACE_") && type !== "WORKSPACE_HEARTBEAT")
    .map(({ type, payload }) => [type, payload]);
}

describe("a workspace that is being provisioned", () => {
  it("fails after ten minutes", async () => {
    me.setStatus("provisioning");
    await clock.advance(599_999);
    expect(me.state.status).toBe("provisioning");
    await clock.advance(1);
    expect(me.state.status).toBe("failed");
    expect(statusEvents()).toEqual([["WORKSPACE_PROVISION_TIMEOUT", {}]]);
  });

  it("gets ten more minutes when it is provisioned again", async () => {
    const late = platform.addWorkspace({ status: "provisioning" });
    await clock.advance(300_000);
    await beat(platform, late);
    late.setStatus("provisioning");
    await clock.advance(599_999);
    expect(late.state.status).toBe("provisioning");
  });

  it("does not fail once it is online or removed", async () => {
    const gone = platform.addWorkspace({ status: "provisioning" });
    me.setStatus("provisioning");
    await beat(platform, me);
    gone.setStatus("removed");
    await clock.advance(600_000);
    expect(me.state.status).toBe("online");
    expect(gone.state.status).toBe("removed");
  });
});

describe("a hibernated workspace", () => {
  it("stays hibernated in 2026-04, although messages to it say that it is waking", async () => {
    await using earlier = await startPlatform({ version: "2026-04", clock });
    const peer = earlier.addWorkspace({ status: "hibernated", reply: () => "hi" });
    expect(await send(earlier, null, peer)).toMatchObject({ status: 503, json: { waking: true } });
    await clock.advance(60_000);
    expect(await send(earlier, null, peer)).toMatchObject({ status: 503, json: { waking: true } });
    expect(peer.state.status).toBe("hibernated");
  });

  it("resumes with the first message, and is online 10 s later", async () => {
    const peer = platform.addWorkspace({ status: "hibernated", reply: () => "hi" });
    expect(await send(platform, me, peer)).toMatchObject({ status: 503, json: { waking: true } });
    expect(await send(platform, me, peer)).toMatchObject({
      status: 503,
      json: { error: "workspace has no URL", status: "provisioning" },
    });
    await clock.advance(10_000);
    expect((await send(platform, me, peer)).status).toBe(200);
    expect(platform.events.filter(({ type }) => type !== "ACTIVITY_LOGGED")).toEqual([
      { type: "WORKSPACE_PROVISIONING", workspaceId: peer.id, payload: {} },
      { type: "WORKSPACE_ONLINE", workspaceId: peer.id, payload: { recovered_from: "provisioning" } },
    ]);
  });

  it("is online earlier with an earlier heartbeat", async () => {
    const peer = platform.addWorkspace({ status: "hibernated", reply: () => "hi" });
    await send(platform, me, peer);
    await beat(platform, peer);
    expect((await send(platform, me, peer)).status).toBe(200);
    await clock.advance(10_000);
    expect(platform.events.filter(({ type }) => type === "WORKSPACE_ONLINE")).toHaveLength(1);
  });

  it("stays provisioning until a heartbeat where it has no agent", async () => {
    const peer = platform.addWorkspace({ status: "hibernated" });
    await send(platform, me, peer);
    await clock.advance(60_000);
    expect(peer.state.status).toBe("provisioning");
    await beat(platform, peer);
    expect(peer.state.status).toBe("online");
  });

  it("stays removed when it is removed while it resumes", async () => {
    const peer = platform.addWorkspace({ status: "hibernated", reply: () => "hi" });
    await send(platform, me, peer);
    peer.setStatus("removed");
    await clock.advance(10_000);
    expect(peer.state.status).toBe("removed");
  });
});
