import { createA2AClient } from "a2a-peers";
import { createHeartbeat } from "a2a-peers/heartbeat";
import { startPlatform, type TestPlatform, type TestWorkspace } from "a2a-peers/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const ROUTE = "POST /registry/heartbeat";

let platform: TestPlatform;
let me: TestWorkspace;
let client: ReturnType<typeof createA2AClient>;

beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "me" });
  client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: me.token });
});
afterEach(async () => {
  await client.close();
  await platform.close();
});

const answer = (status: number, body: unknown = { status: "ok" }) => platform.fail(ROUTE, { status, body });
const beats = () => platform.requests.filter(({ path }) => path === "/registry/heartbeat");

describe("a beat", () => {
  it("carries the whole body and the workspace's own token", async () => {
    answer(200);
    expect(await createHeartbeat(client).beat()).toMatchObject({ ok: true, status: 200 });
    expect(beats()[0]?.body).toEqual({
      workspace_id: me.id,
      error_rate: 0,
      sample_error: "",
      active_tasks: 0,
      current_task: "",
      uptime_seconds: 0,
    });
    expect(beats()[0]?.headers.authorization).toBe(`Bearer ${me.token}`);
  });

  it.each([400, 401, 404, 410, 429, 500])(
    "is a failure when the platform answers %i, and is sent once",
    async (status) => {
      answer(status, { error: "no" });
      const heartbeat = createHeartbeat(client);
      expect(await heartbeat.beat()).toMatchObject({ ok: false, status });
      expect(await heartbeat.beat()).toMatchObject({ ok: false, status });
      expect(heartbeat.status.consecutiveFailures).toBe(2);
      expect(beats()).toHaveLength(2);
    },
  );

  it("ends after its own limit when the platform says nothing", async () => {
    platform.fail(ROUTE, { kind: "stall" });
    const report = await createHeartbeat(client, { timeoutMs: 30 }).beat();
    expect(report).toMatchObject({ ok: false, error: { code: "timeout" } });
  });
});

describe("a heartbeat", () => {
  it("beats at once and again, and a failure does not stop it", async () => {
    platform.fail(ROUTE, { kind: "reset" }, { times: 1 });
    answer(200);
    const heartbeat = createHeartbeat(client, { intervalMs: 10 });
    heartbeat.start();
    heartbeat.start();
    expect(heartbeat.status.running).toBe(true);
    await vi.waitFor(() => expect(beats().length).toBeGreaterThan(3));
    await heartbeat.stop();
    expect(heartbeat.status).toMatchObject({ running: false, consecutiveFailures: 0 });
    const after = beats().length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(beats()).toHaveLength(after);
  });

  it("ends when its client is closed", async () => {
    answer(200);
    const heartbeat = createHeartbeat(client, { intervalMs: 5 });
    heartbeat.start();
    await client.close();
    await vi.waitFor(() => expect(heartbeat.status.running).toBe(false));
  });

  it.each([{ intervalMs: 0 }, { intervalMs: Number.NaN }, { timeoutMs: -1 }, { source: "nobody" }])(
    "refuses %j",
    (options) => {
      expect(() => createHeartbeat(client, options)).toThrowError(
        expect.objectContaining({ code: "invalid_argument" }),
      );
    },
  );
});
