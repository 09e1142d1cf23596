import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type A2AEvent, createA2AClient, fileToken } from "a2a-peers";
import { createHeartbeat, type HeartbeatOptions } from "a2a-peers/heartbeat";
import { type PlatformOptions, startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { scratchFolder } from "../helpers/scratch-folder";
import { BEAT, REGISTER } from "./helpers/fixture";

interface Setting extends HeartbeatOptions {
  platform?: PlatformOptions;
  /** Reads the token from a file, which a test may rewrite. */
  tokenInFile?: boolean;
  status?: string;
}

const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });

/** A heartbeat over sockets, in real time, with short intervals. */
async function setUp({ platform: platformOptions, tokenInFile = false, status, ...options }: Setting = {}) {
  const platform = await startPlatform(platformOptions);
  const me = platform.addWorkspace({ name: "me", status });
  const folder = await scratchFolder();
  const tokenFile = join(folder, "token");
  await writeFile(tokenFile, String(me.token));
  const events: A2AEvent[] = [];
  const client = createA2AClient({
    platformUrl: platform.url,
    workspaceId: me.id,
    token: tokenInFile ? fileToken(tokenFile) : me.token,
    onEvent: (event) => events.push(event),
  });
  const heartbeat = createHeartbeat(client, { intervalMs: 20, stateDir: folder, ...options });
  onTestFinished(async () => {
    await heartbeat.stop();
    await client.close();
    await platform.close();
  });
  return {
    platform,
    me,
    client,
    heartbeat,
    folder,
    tokenFile,
    beats: () => platform.requests.filter(({ path }) => path === "/registry/heartbeat"),
    types: () => events.map(({ type }) => type),
  };
}

describe("on the platform", () => {
  it("a beat reports everything, with the workspace's own token", async () => {
    const { me, heartbeat, beats } = await setUp({
      runtime: () => ({ capabilities: { session: true }, idleTimeoutSeconds: 600 }),
      monthlySpendCents: () => 1500,
    });
    heartbeat.recordSuccess();
    heartbeat.recordSuccess();
    heartbeat.recordSuccess();
    heartbeat.recordError("out of paper");
    using _task = heartbeat.beginTask("printing");
    expect(await heartbeat.beat()).toMatchObject({ ok: true, status: 200 });
    expect(beats()[0]?.headers).toMatchObject({
      authorization: `Bearer ${me.token}`,
      "x-workspace-id": me.id,
      "content-type": "application/json",
    });
    expect(me.state).toMatchObject({
      status: "online",
      errorRate: 0.25,
      sampleError: "out of paper",
      activeTasks: 1,
      currentTask: "printing",
      uptimeSeconds: 0,
      monthlySpend: 1500,
      idleTimeoutSeconds: 600,
      capabilities: expect.objectContaining({ session: true, scheduler: false }),
    });
  });

  it("later beats, pushes and the last beat keep what was declared", async () => {
    const { me, heartbeat, beats } = await setUp({
      intervalMs: 5,
      runtime: () => ({ idleTimeoutSeconds: 600 }),
    });
    heartbeat.markWedged("stuck");
    heartbeat.start();
    heartbeat.beginTask("never ended");
    await waitFor(() => expect(beats().length).toBeGreaterThan(5));
    await heartbeat.stop();
    expect(me.state).toMatchObject({
      status: "degraded",
      sampleError: "stuck",
      idleTimeoutSeconds: 600,
      activeTasks: 0,
      currentTask: "",
    });
  });

  it.each(["offline", "provisioning", "awaiting_agent"])(
    "a beat brings it online from %s",
    async (status) => {
      const { me, heartbeat } = await setUp({ status });
      await heartbeat.beat();
      expect(me.state.status).toBe("online");
    },
  );

  it("a wedge makes it degraded until it is cleared", async () => {
    const { me, heartbeat } = await setUp();
    const status = async () => {
      await heartbeat.beat();
      return me.state.status;
    };
    expect(await status()).toBe("online");
    heartbeat.markWedged("control request timeout");
    expect(await status()).toBe("degraded");
    heartbeat.recordSuccess();
    expect(await status()).toBe("degraded");
    heartbeat.clearWedge();
    expect(await status()).toBe("online");
  });

  it("errors make it degraded, and a beat without any makes it online again", async () => {
    const { me, heartbeat } = await setUp();
    heartbeat.recordSuccess();
    heartbeat.recordError("broken");
    await heartbeat.beat();
    expect(me.state).toMatchObject({ status: "degraded", sampleError: "broken" });
    await heartbeat.beat();
    expect(me.state).toMatchObject({ status: "online", sampleError: "" });
  });

  it("a task is reported soon after it began and after it ended", async () => {
    const { me, heartbeat } = await setUp({ intervalMs: 60_000 });
    heartbeat.start();
    await waitFor(() => expect(me.state.lastHeartbeatAt).not.toBeNull());
    const task = heartbeat.beginTask("indexing");
    await waitFor(() => expect(me.state).toMatchObject({ activeTasks: 1, currentTask: "indexing" }));
    task.end();
    await waitFor(() => expect(me.state).toMatchObject({ activeTasks: 0, currentTask: "" }));
  });

  it("beats go on over lost connections, error answers and garbage", async () => {
    const { platform, heartbeat, beats } = await setUp({ timeoutMs: 50 });
    platform.fail(BEAT, { kind: "reset" }, { times: 2 });
    platform.fail(BEAT, { status: 500, body: { error: "failed to update" } }, { times: 2 });
    platform.fail(BEAT, { kind: "stall" }, { times: 1 });
    platform.fail(BEAT, { kind: "cut" }, { times: 1 });
    platform.fail(BEAT, { kind: "html" }, { times: 1 });
    heartbeat.start();
    await waitFor(() => expect(beats().length).toBeGreaterThan(10));
    expect(heartbeat.status).toMatchObject({ running: true, consecutiveFailures: 0 });
  });

  it("beats are accepted by the earlier version, which has no inbound secret", async () => {
    const { heartbeat } = await setUp({ platform: { version: "2026-04" } });
    expect(await heartbeat.beat()).toMatchObject({ ok: true });
    expect(await heartbeat.inboundSecret()).toBeUndefined();
  });
});

describe("when the token is rotated between two beats", () => {
  it("the next beat reads the file again and is accepted", async () => {
    const { me, heartbeat, beats, tokenFile, types } = await setUp({ tokenInFile: true });
    await heartbeat.beat();
    const before = me.token;
    await writeFile(tokenFile, `${me.rotateToken()}\n`);
    expect(await heartbeat.beat()).toMatchObject({ ok: true });
    expect(beats().map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${before}`,
      `Bearer ${before}`,
      `Bearer ${me.token}`,
    ]);
    expect(types()).toContain("token.refreshed");
  });

  it("a running heartbeat recovers once the new token is stored", async () => {
    const { me, heartbeat, tokenFile, beats, types } = await setUp({ tokenInFile: true });
    heartbeat.start();
    await waitFor(() => expect(beats().length).toBeGreaterThan(1));
    const token = me.rotateToken();
    await waitFor(() => expect(types()).toContain("heartbeat.unauthorized"));
    await writeFile(tokenFile, token);
    await waitFor(() => expect(heartbeat.status.consecutiveFailures).toBe(0));
    expect(heartbeat.status.running).toBe(true);
  });

  it("the token is kept while its file is missing", async () => {
    const { me, heartbeat, tokenFile, beats } = await setUp({ tokenInFile: true });
    await heartbeat.beat();
    const before = String(me.token);
    await rm(tokenFile);
    me.setToken("another-token-that-nobody-has");
    expect(await heartbeat.beat()).toMatchObject({ ok: false, status: 401 });
    me.setToken(before);
    expect(await heartbeat.beat()).toMatchObject({ ok: true });
    expect(beats()).toHaveLength(3);
  });
});

describe("the inbound secret", () => {
  it("is stored, and replaced when the platform issues another", async () => {
    const { me, heartbeat, folder } = await setUp();
    const stored = () => readFile(join(folder, ".platform_inbound_secret"), "utf8");
    await heartbeat.beat();
    await heartbeat.stop();
    expect(await stored()).toBe(me.inboundSecret);
    me.setInboundSecret("a-new-inbound-secret");
    await heartbeat.beat();
    await heartbeat.stop();
    expect(await stored()).toBe("a-new-inbound-secret");
    expect(await heartbeat.inboundSecret()).toBe("a-new-inbound-secret");
  });
});

describe("a removed workspace", () => {
  it("ends its heartbeat, though its beats are still accepted", async () => {
    const { me, heartbeat, beats, types } = await setUp({ intervalMs: 5 });
    heartbeat.start();
    await waitFor(() => expect(beats().length).toBeGreaterThan(1));
    me.setStatus("removed");
    await waitFor(() => expect(types()).toContain("heartbeat.removed"));
    expect(heartbeat.status.running).toBe(false);
    expect(me.state.status).toBe("removed");
  });
});

describe("an outage", () => {
  it("longer than livenessMs is followed by a registration", async () => {
    const { platform, me, client, heartbeat, types } = await setUp({ intervalMs: 10, livenessMs: 100 });
    await client.register({ agentCard: { name: "me", version: "7" } });
    heartbeat.start();
    await waitFor(() => expect(types()).toContain("heartbeat.sent"));
    platform.fail(BEAT, { kind: "reset" });
    const failed = () => types().filter((type) => type === "heartbeat.failed").length;
    await waitFor(() => expect(failed()).toBeGreaterThanOrEqual(4));
    await new Promise((resolve) => setTimeout(resolve, 100));
    me.setStatus("offline");
    platform.fail(REGISTER, { status: 500, body: { error: "registration failed" } }, { times: 1 });
    platform.fail(BEAT, { status: 200 }, { times: 0 });
    await waitFor(() => expect(types()).toContain("heartbeat.registered_again"));
    expect(me.state).toMatchObject({ status: "online", agentCard: { name: "me", version: "7" } });
    expect(heartbeat.status.running).toBe(true);
  });
});

describe("beside other calls of the process that stall", () => {
  it("beats go out, however many there are", async () => {
    const { platform, client, heartbeat, beats } = await setUp({ intervalMs: 20 });
    platform.fail("GET /registry/:id/peers", { kind: "stall" }, { times: 40 });
    const stalled = Promise.allSettled(
      Array.from({ length: 40 }, () => client.listPeers({ timeoutMs: 3000 })),
    );
    await waitFor(() => expect(platform.requests.length).toBeGreaterThanOrEqual(8));
    heartbeat.start();
    await waitFor(() => expect(heartbeat.status.lastBeatAt).toBeDefined());
    await waitFor(() => expect(beats().length).toBeGreaterThan(5));
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    await client.close();
    await stalled;
  });
});

describe("in this process", () => {
  const held = () => process.getActiveResourcesInfo().filter((each) => each === "Timeout").length;

  it("no handler for signals or the exit is installed", async () => {
    const before = process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const { heartbeat, beats } = await setUp();
    heartbeat.start();
    await waitFor(() => expect(beats().length).toBeGreaterThan(1));
    expect(process.eventNames().map((name) => [name, process.listenerCount(name)])).toEqual(before);
  });

  it("no timer of a heartbeat keeps the process alive", async () => {
    const { client, heartbeat, beats } = await setUp({ intervalMs: 60_000 });
    const before = held();
    heartbeat.start();
    await waitFor(() => expect(beats()).toHaveLength(1));
    heartbeat.beginTask("work");
    await waitFor(() => expect(heartbeat.status.lastBeatAt).toBeDefined());
    expect(held()).toBeLessThanOrEqual(before);
    await heartbeat.stop();
    await client.close();
    expect(held()).toBeLessThanOrEqual(before);
  });
});
