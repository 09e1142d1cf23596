import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { call } from "../helpers/exchange";
import { beat as beatOf } from "../helpers/registry";

const NOBODY = "99999999-9999-4999-8999-999999999999";

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  me = platform.addWorkspace({ name: "Me", reply: () => "hi" });
});
afterEach(() => platform.close());

const post = (body: unknown, token: string | null = me.token) =>
  call(`${platform.url}/registry/heartbeat`, {
    method: "POST",
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    body,
  });
const beat = (fields: object = {}) => beatOf(platform, me, fields);

describe("a heartbeat", () => {
  it.each([
    ["a NUL in its task", { current_task: "a\0b" }],
    ["a NUL in its error", { sample_error: "\0" }],
    ["more tasks than 32 bits hold", { active_tasks: 3_000_000_000 }],
  ])("fails in the database with %s", async (_name, fields) => {
    expect(await beat(fields)).toMatchObject({ status: 500, json: { error: "failed to update" } });
    expect(me.state.lastHeartbeatAt).toBeNull();
  });

  it("passes with the escape of a NUL as text", async () => {
    expect(await beat({ current_task: "\\u0000" })).toMatchObject({ status: 200 });
  });

  it.each(["2.0", "2e0", "1E1"])("is refused with the integer written as %s", async (number) => {
    const text = `{"workspace_id":"${me.id}","current_task":"\\"active_tasks\\":1.5","active_tasks": ${number}}`;
    expect(await post(text)).toMatchObject({ status: 400, json: { error: "invalid request body" } });
    expect(await post(text.replace(number, "2"))).toMatchObject({ status: 200 });
    expect(me.state.activeTasks).toBe(2);
  });

  it("is refused from an id in upper case, whose token belongs to another text", async () => {
    expect(await beatOf(platform, { ...me, id: me.id.toUpperCase() })).toMatchObject({ status: 401 });
  });

  it("overwrites every field, absent ones with defaults", async () => {
    await clock.advance(1000);
    await beat({
      error_rate: 0.25,
      sample_error: "out of paper",
      active_tasks: 2,
      current_task: "printing",
      uptime_seconds: 512,
      monthly_spend: 1500,
      runtime_metadata: { capabilities: { session: true, retry: false }, idle_timeout_seconds: 600 },
    });
    expect(me.state).toEqual({
      status: "online",
      activeTasks: 2,
      currentTask: "printing",
      errorRate: 0.25,
      sampleError: "out of paper",
      uptimeSeconds: 512,
      monthlySpend: 1500,
      idleTimeoutSeconds: 600,
      capabilities: { session: true, retry: false },
      lastHeartbeatAt: 1000,
      agentCard: null,
      deliveryMode: "push",
      url: `http://ws-${me.id.slice(0, 12)}:8000`,
    });
    await clock.advance(1000);
    await beat();
    expect(me.state).toMatchObject({
      activeTasks: 0,
      currentTask: "",
      errorRate: 0,
      sampleError: "",
      uptimeSeconds: 0,
      monthlySpend: 1500,
      idleTimeoutSeconds: null,
      capabilities: {},
      lastHeartbeatAt: 2000,
    });
  });

  it("changes what discovery returns to others", async () => {
    await beat({ active_tasks: 3, error_rate: 0.2, uptime_seconds: 7 });
    expect((await call(`${platform.url}/workspaces/${me.id}`)).json).toMatchObject({
      active_tasks: 3,
      last_error_rate: 0.2,
      uptime_seconds: 7,
    });
    const bare = platform.addWorkspace({ token: null });
    expect((await call(`${platform.url}/registry/${bare.id}/peers`)).json).toMatchObject([
      { active_tasks: 3 },
    ]);
  });

  it.each([
    [0, null],
    [-5, null],
    [1, 1],
  ])("with an idle timeout of %i stores %j", async (seconds, kept) => {
    await beat({ runtime_metadata: { idle_timeout_seconds: 600 } });
    await beat({ runtime_metadata: { idle_timeout_seconds: seconds } });
    expect(me.state.idleTimeoutSeconds).toBe(kept);
  });

  it.each([
    [0, 100],
    [-1, 100],
    [1, 1],
    [1_000_000_000_000, 1_000_000_000_000],
    [1_000_000_000_001, 1_000_000_000_000],
  ])("with a spending of %i stores %i", async (stated, kept) => {
    await beat({ monthly_spend: 100 });
    await beat({ monthly_spend: stated });
    expect(me.state.monthlySpend).toBe(kept);
  });

  it.each([
    "oops",
    [],
    {},
    { workspace_id: "" },
    { workspace_id: 7 },
    { active_tasks: 0.5 },
    { uptime_seconds: 1.5 },
    { monthly_spend: 12.99 },
    { active_tasks: "1" },
    { active_tasks: 1e19 },
    { error_rate: "0" },
    { sample_error: 1 },
    { current_task: {} },
    { runtime_state: true },
    { runtime_metadata: [] },
    { runtime_metadata: { idle_timeout_seconds: 1.5 } },
    { runtime_metadata: { capabilities: { session: "yes" } } },
  ])("is refused with the body %j", async (body) => {
    const known = typeof body === "object" && !Array.isArray(body) && Object.keys(body).length > 0;
    const answer = await post(known ? { workspace_id: me.id, ...body } : body);
    expect(answer).toMatchObject({ status: 400, json: { error: "invalid request body" } });
    expect(me.state.lastHeartbeatAt).toBeNull();
  });

  it("may have null for any field, and unknown fields", async () => {
    const answer = await beat({ active_tasks: null, runtime_metadata: null, shoe_size: 43 });
    expect(answer.status).toBe(200);
  });

  it("requires the workspace's token while one is live", async () => {
    const peer = platform.addWorkspace({});
    const missing = { status: 401, json: { error: "missing workspace auth token" } };
    const invalid = { status: 401, json: { error: "invalid workspace auth token" } };
    expect(await post({ workspace_id: me.id }, null)).toMatchObject(missing);
    expect(await post({ workspace_id: me.id }, peer.token)).toMatchObject(invalid);
    const old = me.token;
    const fresh = me.rotateToken();
    expect(fresh).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(me.token).toBe(fresh);
    expect(await post({ workspace_id: me.id }, old)).toMatchObject(invalid);
    expect((await post({ workspace_id: me.id }, fresh)).status).toBe(200);
    me.revokeTokens();
    expect(me.token).toBeNull();
    expect((await post({ workspace_id: me.id }, null)).status).toBe(200);
  });

  it("returns the current inbound secret, and no field without one", async () => {
    expect((await beat()).json).toEqual({ status: "ok", platform_inbound_secret: me.inboundSecret });
    me.setInboundSecret("s3");
    expect((await beat()).json).toEqual({ status: "ok", platform_inbound_secret: "s3" });
    me.setInboundSecret("");
    expect((await beat()).json).toEqual({ status: "ok" });
  });

  it("returns no secret in 2026-04", async () => {
    await using earlier = await startPlatform({ version: "2026-04" });
    const old = earlier.addWorkspace({ token: null });
    const url = `${earlier.url}/registry/heartbeat`;
    const answer = await call(url, { method: "POST", body: { workspace_id: old.id } });
    expect(answer.json).toEqual({ status: "ok" });
  });

  it("of an unknown or a removed workspace gets the same response and changes nothing", async () => {
    me.setStatus("removed");
    expect(await post({ workspace_id: me.id, active_tasks: 2 }, null)).toMatchObject({
      status: 200,
      json: { status: "ok" },
    });
    expect(me.state).toMatchObject({ status: "removed", activeTasks: 0, lastHeartbeatAt: null });
    expect((await post({ workspace_id: NOBODY }, null)).status).toBe(200);
    expect((await call(`${platform.url}/workspaces/${NOBODY}`)).status).toBe(404);
  });

  it("of an id that is not a UUID is answered with 500", async () => {
    expect(await post({ workspace_id: "me" }, null)).toMatchObject({
      status: 500,
      json: { error: "failed to update" },
    });
  });

  it("emits an event, and one for the task only when it changed", async () => {
    await beat({ active_tasks: 1, current_task: "printing", uptime_seconds: 1 });
    await beat({ active_tasks: 2, current_task: "printing", uptime_seconds: 2 });
    await beat({ uptime_seconds: 3 });
    const workspaceId = me.id;
    const life = (active_tasks: number, uptime_seconds: number) => ({
      type: "WORKSPACE_HEARTBEAT",
      workspaceId,
      payload: { active_tasks, uptime_seconds },
    });
    const task = (current_task: string, active_tasks: number) => ({
      type: "TASK_UPDATED",
      workspaceId,
      payload: { current_task, active_tasks },
    });
    expect(platform.events).toEqual([task("printing", 1), life(1, 1), life(2, 2), task("", 0), life(0, 3)]);
  });
});
