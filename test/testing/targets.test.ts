import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../src/testing/index";
import { ask } from "./helpers/delegations";
import { call, messageBody, send } from "./helpers/exchange";
import { beat, register } from "./helpers/registry";

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

describe("a hibernated workspace", () => {
  it("wakes with the first message, and is online 10 s later", async () => {
    const peer = platform.addWorkspace({ status: "hibernated", reply: () => "hi" });
    expect(await send(platform, me, peer)).toMatchObject({ status: 503, json: { waking: true } });
    expect(await send(platform, me, peer)).toMatchObject({
      status: 503,
      json: { error: "workspace has no URL", status: "provisioning" },
    });
    await clock.advance(10_000);
    expect((await send(platform, me, peer)).status).toBe(200);
    expect(platform.events).toEqual([
      { type: "WORKSPACE_PROVISIONING", workspaceId: peer.id, payload: {} },
      { type: "WORKSPACE_ONLINE", workspaceId: peer.id, payload: { recovered_from: "provisioning" } },
    ]);
  });

  it("is online sooner when its agent sends a heartbeat sooner", async () => {
    const peer = platform.addWorkspace({ status: "hibernated", reply: () => "hi" });
    await send(platform, me, peer);
    await beat(platform, peer);
    expect((await send(platform, me, peer)).status).toBe(200);
    await clock.advance(10_000);
    expect(platform.events.filter(({ type }) => type === "WORKSPACE_ONLINE")).toHaveLength(1);
  });

  it("waits for its agent where there is nobody to start", async () => {
    const peer = platform.addWorkspace({ status: "hibernated" });
    await send(platform, me, peer);
    await clock.advance(60_000);
    expect(peer.state.status).toBe("provisioning");
    await beat(platform, peer);
    expect(peer.state.status).toBe("online");
  });

  it("stays removed when it is removed while it wakes", async () => {
    const peer = platform.addWorkspace({ status: "hibernated", reply: () => "hi" });
    await send(platform, me, peer);
    peer.setStatus("removed");
    await clock.advance(10_000);
    expect(peer.state.status).toBe("removed");
  });
});

describe("a workspace that polls", () => {
  it("has its messages left for it, whatever its status", async () => {
    const peer = platform.addWorkspace({ deliveryMode: "poll", status: "offline" });
    expect(await send(platform, me, peer, messageBody("hello", "m-1"))).toMatchObject({ status: 200 });
    expect((await send(platform, me, peer, messageBody("again", "m-2"))).json).toEqual({
      status: "queued",
      delivery_mode: "poll",
      method: "message/send",
    });
    expect(peer.received).toMatchObject([
      { from: me.id, text: "hello", messageId: "m-1" },
      { from: me.id, text: "again", messageId: "m-2" },
    ]);
    expect((await call(`${platform.url}/workspaces/${me.id}`)).json).toMatchObject({
      last_outbound_at: expect.any(String),
    });
  });

  it("became one by its registration, and stops being one by the next", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    await register(platform, peer, { delivery_mode: "poll", url: "" });
    expect((await send(platform, me, peer)).json).toMatchObject({ delivery_mode: "poll" });
    await register(platform, peer, { delivery_mode: "push", url: "http://127.0.0.1:1" });
    expect((await send(platform, me, peer)).json).toEqual({ error: "failed to reach workspace agent" });
  });

  it("is left nothing that is no JSON", async () => {
    const peer = platform.addWorkspace({ deliveryMode: "poll" });
    expect(await send(platform, me, peer, "oops")).toMatchObject({
      status: 400,
      json: { error: "invalid JSON" },
    });
    expect(peer.received).toEqual([]);
  });
});

describe("a budget", () => {
  it("stops the messages to a workspace that has spent it", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    peer.setBudget(1500);
    await beat(platform, peer, { monthly_spend: 1499 });
    expect((await send(platform, me, peer)).status).toBe(200);
    await beat(platform, peer, { monthly_spend: 1500 });
    expect(await send(platform, me, peer)).toMatchObject({
      status: 402,
      json: { error: "workspace budget limit exceeded" },
    });
    peer.setBudget(null);
    expect((await send(platform, me, peer)).status).toBe(200);
  });

  it("may be looked up by the workspace", async () => {
    const look = async () => (await ask(platform, me, "GET", "/budget")).json;
    expect(await look()).toEqual({ budget_limit: null, monthly_spend: 0, budget_remaining: null });
    me.setBudget(2000);
    await beat(platform, me, { monthly_spend: 1500 });
    expect(await look()).toEqual({ budget_limit: 2000, monthly_spend: 1500, budget_remaining: 500 });
  });

  it("is asked after who may talk, and before where the agent is", async () => {
    const peer = platform.addWorkspace({ status: "paused" });
    peer.setBudget(0);
    expect((await send(platform, me, peer)).status).toBe(402);
    expect((await send(platform, { ...me, token: "wrong" }, peer)).status).toBe(401);
  });
});
