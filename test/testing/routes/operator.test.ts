import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPlatform, type TestPlatform } from "../../../src/testing/index";
import { call, send } from "../helpers/exchange";

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startPlatform({ adminToken: "operator", version: "2026-04" });
});
afterEach(() => platform.close());

const operate = (method: string, path: string, body?: unknown, token = "operator") =>
  call(`${platform.url}/workspaces${path}`, { method, headers: { authorization: `Bearer ${token}` }, body });

describe("the operator's routes", () => {
  it("need the operator's token", async () => {
    expect(await call(`${platform.url}/workspaces`)).toMatchObject({
      status: 401,
      json: { error: "admin auth required" },
    });
    const { token } = platform.addWorkspace();
    expect(await operate("GET", "", undefined, token ?? "")).toMatchObject({
      status: 401,
      json: { error: "invalid admin auth token" },
    });
  });

  it("list, create and remove workspaces", async () => {
    const created = await operate("POST", "", { name: "New", url: "http://127.0.0.1:1/" });
    expect(created).toMatchObject({ status: 201, json: { external: true, status: "online" } });
    const { id } = created.json as { id: string };
    expect((await operate("GET", "")).json).toMatchObject([{ id, name: "New", status: "online" }]);
    expect(await operate("DELETE", `/${id}`)).toMatchObject({ status: 200 });
    expect((await operate("GET", "")).json).toEqual([]);
  });

  it("create a workspace that waits for its agent, with its token", async () => {
    const { json } = await operate("POST", "", { name: "Waiting" });
    expect(json).toMatchObject({ status: "awaiting_agent", connection: { platform_url: platform.url } });
    const { id, connection } = json as { id: string; connection: { auth_token: string } };
    expect((await call(`${platform.url}/workspaces/${id}`)).json).toMatchObject({ status: "provisioning" });
    expect((await operate("GET", `/${id}/budget`, undefined, connection.auth_token)).status).toBe(200);
  });

  it("refuse a workspace without a name", async () => {
    expect((await operate("POST", "", {})).status).toBe(400);
  });

  it("set and lift a spending limit", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    expect((await operate("PATCH", `/${peer.id}/budget`, { budget_limit: 0 })).json).toMatchObject({
      budget_limit: 0,
    });
    expect((await send(platform, null, peer)).status).toBe(402);
    await operate("PATCH", `/${peer.id}/budget`, { budget_limit: null });
    expect((await send(platform, null, peer)).status).toBe(200);
  });

  it("pause, resume and restart a workspace, with its own token too", async () => {
    const peer = platform.addWorkspace({ reply: () => "hi" });
    expect((await operate("POST", `/${peer.id}/pause`, undefined, peer.token ?? "")).status).toBe(200);
    expect(peer.state.status).toBe("paused");
    expect((await operate("POST", `/${peer.id}/resume`)).json).toEqual({ status: "provisioning" });
    expect((await operate("POST", `/${peer.id}/restart`)).status).toBe(200);
    expect((await operate("POST", "/99999999-9999-4999-8999-999999999999/pause")).status).toBe(404);
  });
});

describe("what every path has", () => {
  const ORIGIN = "http://localhost:3000";

  it("is a redirect from a slash too many, without the headers of the rate limit", async () => {
    const { id } = platform.addWorkspace();
    const get = await call(`${platform.url}/health/`);
    expect(get).toMatchObject({ status: 301, headers: { location: "/health" } });
    expect(get.headers).not.toHaveProperty("x-ratelimit-limit");
    const post = await call(`${platform.url}/workspaces/${id}/a2a/?q=1`, { method: "POST", body: {} });
    expect(post).toMatchObject({ status: 307, headers: { location: `/workspaces/${id}/a2a?q=1` } });
    expect((await call(`${platform.url}/nothing/`)).status).toBe(404);
  });

  it("is no response to HEAD", async () => {
    expect((await call(`${platform.url}/health`, { method: "HEAD" })).status).toBe(404);
  });

  it("is a preflight from an origin of development, whose pages may read the responses", async () => {
    const headers = { origin: ORIGIN };
    const allowed = { "access-control-allow-origin": ORIGIN, "access-control-allow-credentials": "true" };
    const preflight = await call(`${platform.url}/registry/register`, { method: "OPTIONS", headers });
    expect(preflight).toMatchObject({ status: 204, headers: allowed });
    expect(await call(`${platform.url}/health`, { headers })).toMatchObject({
      status: 200,
      headers: allowed,
    });
    expect((await call(`${platform.url}/health`, { method: "OPTIONS" })).status).toBe(404);
  });

  it("is metrics for the operator, as text", async () => {
    const metrics = await call(`${platform.url}/metrics`);
    expect(metrics.status).toBe(200);
    expect(metrics.headers["content-type"]).toMatch(/^text\/plain/);
  });
});
