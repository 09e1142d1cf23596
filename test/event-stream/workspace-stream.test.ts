import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createA2AClient } from "a2a-peers";
import { startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClientOn } from "../../src/client/client";
import { getInternals } from "../../src/client/internals";
import { openAllowance } from "../../src/transport/allowance/open-allowance";
import { startCall } from "../../src/transport/call";
import { openGates } from "../../src/transport/recovery/gates";
import { fail, ok } from "../../src/transport/request/result";
import { type HeldClock, heldClock, turns } from "../helpers/held-clock";

const OWN = "7b0e0000-0000-4000-8000-000000000001";
const SLOW = { timeout: 10_000 };

/** A server whose responses to the stream's requests a test writes by hand. */
async function startServer(status = 200, headers: Record<string, string> = {}) {
  const responses: ServerResponse[] = [];
  const server = createServer((_, response) => {
    responses.push(response);
    response.writeHead(status, { "content-type": "text/event-stream", ...headers });
    response.write(": ping\n\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, responses };
}

/** What another client of the process does with the platform. */
function shareWith(clock: HeldClock, platformUrl: string) {
  const scope = { clock, platformUrl, random: () => 0.5, emit: () => {} };
  const gates = openGates({ ...scope, probeIntervalMs: 500 });
  const { value: allowance, leave } = openAllowance(scope);
  onTestFinished(() => {
    gates.close();
    leave();
  });
  return { gates, allowance };
}

const DOWN = fail({
  code: "network",
  summary: "Refused",
  delivery: "not-sent",
  retryable: true,
  down: "platform",
});

const event = (type: string, data: object = {}) =>
  `data: ${JSON.stringify({ type, timestamp: 1, data })}\n\n`;

/** Listens with a clock that stands still; resolves when `count` requests have come. */
async function listen(url: string, options: { fetch?: typeof fetch } = {}, clock = heldClock()) {
  const client = createClientOn(clock, {
    platformUrl: url,
    workspaceId: OWN,
    token: "t",
    random: () => 0.5,
    ...options,
  });
  onTestFinished(() => client.close());
  const internals = getInternals(client);
  const types: string[] = [];
  let changes = 0;
  const subscription = internals.workspaceEvents.subscribe(internals.workspaces.default, {
    onEvent: ({ type }) => void types.push(type),
    onChange: () => {
      changes += 1;
    },
  });
  return { clock, client, types, subscription, changes: () => changes };
}

describe("the stream of a workspace's events", () => {
  it.each([
    ["node:http", undefined],
    ["a fetch of the caller", globalThis.fetch],
  ])("tells of each event, also one that comes in pieces, over %s", async (_, customFetch) => {
    const server = await startServer();
    const { types, subscription } = await listen(server.url, customFetch && { fetch: customFetch });
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
    const text = event("ACTIVITY_LOGGED", { summary: "ä" });
    server.responses[0]?.write(text.slice(0, 30));
    await turns(5);
    server.responses[0]?.write(`${text.slice(30)}data: no json\n\n${event("TASK_UPDATED")}`);
    await vi.waitFor(() => expect(types).toEqual(["ACTIVITY_LOGGED", "TASK_UPDATED"]), SLOW);
    expect(subscription.isLive).toBe(true);
  });

  it("is opened again with back-off when it breaks, and is not live meanwhile", async () => {
    const server = await startServer();
    const { clock, subscription, changes } = await listen(server.url);
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
    server.responses[0]?.write(event("WORKSPACE_HEARTBEAT"));
    await vi.waitFor(() => expect(subscription.isLive).toBe(true), SLOW);
    server.responses[0]?.destroy();
    await vi.waitFor(() => expect(subscription.isLive).toBe(false), SLOW);
    expect(changes()).toBe(2);
    await clock.advance(999);
    expect(server.responses).toHaveLength(1);
    await clock.advance(1);
    await vi.waitFor(() => expect(server.responses).toHaveLength(2), SLOW);
    server.responses[1]?.destroy();
    await vi.waitFor(() => expect(clock.pending).toHaveLength(1), SLOW);
    await vi.waitFor(() => expect(clock.pending[0]?.due).toBeGreaterThanOrEqual(3000), SLOW);
  });

  it("is opened again when it shows no beat for 90 seconds after it has shown some", async () => {
    const server = await startServer();
    const { clock, subscription } = await listen(server.url);
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
    server.responses[0]?.write(event("WORKSPACE_HEARTBEAT"));
    await vi.waitFor(() => expect(subscription.isLive).toBe(true), SLOW);
    await clock.advance(90_000);
    expect(subscription.isLive).toBe(false);
    await clock.advance(1000);
    await vi.waitFor(() => expect(server.responses).toHaveLength(2), SLOW);
  });

  it("stays open where no beat was ever shown, but is not relied on", async () => {
    const server = await startServer();
    const { clock, subscription } = await listen(server.url);
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
    server.responses[0]?.write(event("TASK_UPDATED"));
    await vi.waitFor(() => expect(subscription.isLive).toBe(true), SLOW);
    await clock.advance(200_000);
    expect(subscription.isLive).toBe(false);
    expect(server.responses).toHaveLength(1);
  });

  it("is asked for again after ten minutes where the platform has none", async () => {
    const server = await startServer(404);
    const { clock } = await listen(server.url);
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
    await vi.waitFor(() => expect(clock.pending[0]?.due).toBe(600_000), SLOW);
  });

  it("is not asked for while the platform is down, until a request of others has found it back", async () => {
    const server = await startServer();
    const clock = heldClock();
    const { gates } = shareWith(clock, server.url);
    for (let n = 0; n < 5; n += 1) gates.report(undefined, DOWN, 0);
    await listen(server.url, {}, clock);
    await clock.advance(200_000);
    expect(server.responses).toHaveLength(0);
    const { call } = startCall(clock, 600_000, false, () => {});
    const pass = await gates.enter(undefined, call, false);
    if (pass === undefined || "refused" in pass) throw new Error("the probe may be made");
    pass.end(ok(1));
    call.end();
    await clock.advance(90_000);
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
  });

  it("leaves what a rate limit has left to beats and sends, and is asked for after the reset", async () => {
    const server = await startServer();
    const clock = heldClock();
    const { allowance } = shareWith(clock, server.url);
    const told: Record<string, string> = {
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "5",
      "x-ratelimit-reset": "40",
    };
    allowance.learn({ status: 200, header: (name) => told[name] }, 0);
    await listen(server.url, {}, clock);
    await clock.advance(39_999);
    expect(server.responses).toHaveLength(0);
    await clock.advance(1000);
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
  });

  it("waits as long as a refusal asks for, and tells the other requests of it", async () => {
    const server = await startServer(429, { "retry-after": "30" });
    const clock = heldClock();
    const { allowance } = shareWith(clock, server.url);
    await listen(server.url, {}, clock);
    await vi.waitFor(() => expect(allowance.tryAcquire("send")).toBeGreaterThan(29_000), SLOW);
    await clock.advance(29_999);
    expect(server.responses).toHaveLength(1);
    await clock.advance(1000);
    await vi.waitFor(() => expect(server.responses).toHaveLength(2), SLOW);
  });

  it("is closed with the client, and not opened after that", async () => {
    const server = await startServer();
    const { client, subscription } = await listen(server.url);
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
    const closed = once(server.responses[0] as ServerResponse, "close");
    await client.close();
    await closed;
    const { workspaceEvents, workspaces } = getInternals(client);
    const late = workspaceEvents.subscribe(workspaces.default, { onEvent: () => {} });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.responses).toHaveLength(1);
    expect([subscription.isLive, late.isLive, workspaceEvents.isOpen(workspaces.default)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("is closed when an event is too large to be one", async () => {
    const server = await startServer();
    const { clock } = await listen(server.url);
    await vi.waitFor(() => expect(server.responses).toHaveLength(1), SLOW);
    const closed = once(server.responses[0] as ServerResponse, "close");
    server.responses[0]?.write(`data: ${"x".repeat(1_100_000)}`);
    await closed;
    await vi.waitFor(() => expect(clock.pending[0]?.due).toBe(1000), SLOW);
  });

  it("uses a refreshed token after a refusal, and ends with the last listener", async () => {
    await using platform = await startPlatform();
    const me = platform.addWorkspace({ deliveryMode: "poll" });
    let token = "wrong";
    const client = createA2AClient({ platformUrl: platform.url, workspaceId: me.id, token: () => token });
    const internals = getInternals(client);
    const types: string[] = [];
    const listener = { onEvent: ({ type }: { type: string }) => void types.push(type), onChange: () => {} };
    await internals.workspaces.default.tokens.get();
    token = me.token ?? "";
    const subscription = internals.workspaceEvents.subscribe(internals.workspaces.default, listener);
    await vi.waitFor(() => {
      me.writeAsHuman("Hello");
      expect(types).toContain("ACTIVITY_LOGGED");
    }, SLOW);
    expect(platform.requests.filter(({ path }) => path.endsWith("/events/stream"))).toHaveLength(2);
    subscription.close();
    expect(subscription.isLive).toBe(false);
    await client.close();
  });
});
