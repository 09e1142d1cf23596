import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { requestAs } from "../helpers/delegations";
import { call, send } from "../helpers/exchange";
import { beat } from "../helpers/registry";

const NOBODY = "99999999-9999-4999-8999-999999999999";

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

it("health needs no token", async () => {
  expect((await call(`${platform.url}/health`)).json).toEqual({ status: "ok" });
});

describe("workspace info", () => {
  const info = (id: string, query = "") => call(`${platform.url}/workspaces/${id}${query}`);

  it("returns the public fields, without a token", async () => {
    const clock = manualClock();
    await using timed = await startPlatform({ clock });
    const workspace = timed.addWorkspace({ name: "Sum", role: "maths", parentId: NOBODY, reply: () => "" });
    await clock.advance(61_500);
    expect((await call(`${timed.url}/workspaces/${workspace.id}`)).json).toEqual({
      id: workspace.id,
      name: "Sum",
      role: "maths",
      tier: 2,
      status: "online",
      agent_card: null,
      url: `http://ws-${workspace.id.slice(0, 12)}:8000`,
      parent_id: NOBODY,
      active_tasks: 0,
      max_concurrent_tasks: 1,
      last_error_rate: 0,
      uptime_seconds: 61,
      runtime: "langgraph",
      x: 0,
      y: 0,
      collapsed: false,
      last_outbound_at: null,
    });
  });

  it("has the runtime `external` for agents outside the platform", async () => {
    expect((await info(me.id)).json).toMatchObject({ runtime: "external", url: "", role: null });
  });

  it("refuses an id that is not a UUID, and an unknown one", async () => {
    expect(await info("me")).toMatchObject({ status: 400, json: { error: "invalid workspace ID" } });
    expect(await info(NOBODY)).toMatchObject({ status: 404, json: { error: "workspace not found" } });
  });

  it("is 410 for a removed workspace, except with `include_removed`", async () => {
    me.setStatus("removed");
    expect(await info(me.id)).toMatchObject({
      status: 410,
      json: {
        error: "workspace removed",
        id: me.id,
        removed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        hint: "Regenerate workspace + token from the canvas → Tokens tab",
      },
    });
    expect(await info(me.id, "?include_removed=true")).toMatchObject({
      status: 200,
      json: { status: "removed" },
    });
  });
});

it("workspace info of a removed workspace is 200 in 2026-04", async () => {
  await using earlier = await startPlatform({ version: "2026-04" });
  const gone = earlier.addWorkspace({ status: "removed" });
  expect(await call(`${earlier.url}/workspaces/${gone.id}`)).toMatchObject({
    status: 200,
    json: { status: "removed" },
  });
});

describe("the state of a workspace", () => {
  const getState = (id: string, bearer?: string | null) =>
    call(`${platform.url}/workspaces/${id}/state`, {
      headers: bearer ? { authorization: `Bearer ${bearer}` } : {},
    });

  it.each([
    ["online", false],
    ["paused", true],
    ["something-new", false],
  ])("is returned while %s", async (status, paused) => {
    me.setStatus(status);
    expect((await getState(me.id, me.token)).json).toEqual({
      workspace_id: me.id,
      status,
      paused,
      deleted: false,
    });
  });

  it("needs a live token, also for a workspace without one", async () => {
    const bare = platform.addWorkspace({ token: null });
    expect(await getState(me.id)).toMatchObject({
      status: 401,
      json: { error: "missing workspace auth token" },
    });
    for (const [id, bearer] of [
      [me.id, "wrong"],
      [bare.id, "any"],
      [bare.id, me.token],
      ["me", me.token],
    ] as const) {
      expect(await getState(id, bearer)).toMatchObject({
        status: 401,
        json: { error: "invalid workspace auth token" },
      });
    }
  });

  it("is refused to the admin while the workspace has a token of its own", async () => {
    await using operated = await startPlatform({ adminToken: "operator" });
    const [owned, bare] = [operated.addWorkspace(), operated.addWorkspace({ token: null })];
    const statusOf = async ({ id }: TestWorkspace) => {
      const headers = { authorization: "Bearer operator" };
      return (await call(`${operated.url}/workspaces/${id}/state`, { headers })).status;
    };
    expect([await statusOf(owned), await statusOf(bare)]).toEqual([401, 200]);
  });

  it("of a removed workspace is returned to the admin only", async () => {
    await using operated = await startPlatform({ adminToken: "operator" });
    const gone = operated.addWorkspace({});
    const { token } = gone;
    gone.setStatus("removed");
    const askAs = (id: string, bearer: string | null) =>
      call(`${operated.url}/workspaces/${id}/state`, { headers: { authorization: `Bearer ${bearer}` } });
    expect((await askAs(gone.id, token)).status).toBe(401);
    expect(await askAs(gone.id, "operator")).toMatchObject({
      status: 404,
      json: { workspace_id: gone.id, status: "removed", deleted: true },
    });
    const nobody = "99999999-9999-4999-8999-999999999999";
    const unknown = await askAs(nobody, "operator");
    expect(unknown).toMatchObject({ status: 404 });
    expect(unknown.json).toEqual({ workspace_id: nobody, deleted: true });
  });
});

describe("the budget", () => {
  it("refuses messages to a workspace that has spent it", async () => {
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

  it("is returned to the workspace", async () => {
    const look = async () => (await requestAs(platform, me, "GET", "/budget")).json;
    expect(await look()).toEqual({ budget_limit: null, monthly_spend: 0, budget_remaining: null });
    me.setBudget(2000);
    await beat(platform, me, { monthly_spend: 1500 });
    expect(await look()).toEqual({ budget_limit: 2000, monthly_spend: 1500, budget_remaining: 500 });
  });

  it("is checked after the caller and before the agent", async () => {
    const peer = platform.addWorkspace({ status: "paused" });
    peer.setBudget(0);
    expect((await send(platform, me, peer)).status).toBe(402);
    expect((await send(platform, { ...me, token: "wrong" }, peer)).status).toBe(401);
  });
});
