import { type A2AClient, type A2AClientOptions, createA2AClient } from "a2a-peers";
import { type AgentHandler, createAgent, nodeHandler } from "a2a-peers/agent";
import { createInbox } from "a2a-peers/inbox";
import { type OpenTelemetryOptions, openTelemetry } from "a2a-peers/otel";
import { startPlatform, type TestPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { listen } from "../agent/helpers/agent";
import { failureOf, thrownBy } from "../helpers/failure";
import { scratchFolder } from "../helpers/scratch-folder";
import { startSdk, toTree } from "./sdk";

async function start(recordContent?: boolean) {
  const sdk = startSdk();
  const platform = await startPlatform();
  onTestFinished(() => platform.close());
  const { tracerProvider, meterProvider } = sdk;
  const telemetry = openTelemetry({ tracerProvider, meterProvider, recordContent });
  const connect = (name: string, options: A2AClientOptions = {}) => {
    const workspace = platform.addWorkspace({ name });
    const client = createA2AClient({
      platformUrl: platform.url,
      workspaceId: workspace.id,
      token: workspace.token,
      retry: { baseDelayMs: 1 },
      telemetry,
      ...options,
    });
    onTestFinished(() => client.close());
    return { workspace, client };
  };
  return { sdk, platform, connect };
}

/** The metadata of the last message, as it came. */
function lastMetadata({ requests }: TestPlatform): object | undefined {
  const request = requests.findLast(({ path }) => path.endsWith("/a2a"));
  const body = request?.body as { params: { message: { metadata?: object } } } | undefined;
  return body?.params.message.metadata;
}

/** Starts the agent of a workspace, which ends with the test. */
async function serve({ client }: { client: A2AClient }, onMessage: AgentHandler): Promise<void> {
  const url = await listen((request, response) => nodeHandler(agent)(request, response));
  const heartbeat = { stateDir: await scratchFolder(), delegations: false } as const;
  const agent = createAgent(client, { card: { name: "Agent" }, url, heartbeat, onMessage });
  onTestFinished(() => agent.stop());
  await agent.start();
}

describe("the span of a send", () => {
  it("is named as the conventions say, and has the attempts as events", async () => {
    const { sdk, platform, connect } = await start();
    const { client, workspace } = connect("me");
    const peer = platform.addWorkspace({ name: "Poet", reply: () => "a poem" });
    await client.listPeers();
    platform.fail("POST /workspaces/:id/a2a", { kind: "reset" }, { times: 1 });
    const { messageId } = await client.sendA2AMessage(peer.id, "a secret task", { contextId: "c-1" });
    const [span, ...others] = sdk.spans();
    expect(others).toEqual([]);
    const { hostname, port } = new URL(platform.url);
    expect(span).toMatchObject({ name: "SendMessage", kind: 2, status: { code: 0 } });
    expect(span?.attributes).toEqual({
      "a2a.method.name": "SendMessage",
      "a2a.protocol.version": "0.3",
      "a2a.message.id": messageId,
      "gen_ai.conversation.id": "c-1",
      "gen_ai.agent.id": peer.id,
      "gen_ai.agent.name": "Poet",
      "server.address": hostname,
      "server.port": Number(port),
      "a2a_peers.outcome": "reply",
      "a2a_peers.attempts": 2,
    });
    expect(span?.events.map(({ name, attributes }) => [name, attributes?.["a2a_peers.attempt"]])).toEqual([
      ["send.attempt_started", 1],
      ["send.attempt_failed", 1],
      ["send.retry", 2],
      ["send.attempt_started", 2],
    ]);
    expect(span?.events[1]?.attributes).toMatchObject({
      "error.type": "network",
      "a2a_peers.delivery": "maybe",
    });
    const exported = JSON.stringify([span?.attributes, span?.events, span?.status]);
    for (const secret of [workspace.token, "secret task", "a poem"]) expect(exported).not.toContain(secret);
  });

  it("holds the texts where they are to be recorded, cut", async () => {
    const { sdk, platform, connect } = await start(true);
    const peer = platform.addWorkspace({ reply: () => "a poem" });
    await connect("me").client.sendA2AMessage(peer.id, {
      text: "x".repeat(5000),
      parts: [{ kind: "text", text: "y" }],
    });
    const { attributes } = sdk.spans()[0] ?? {};
    expect(attributes?.["a2a_peers.message.text"]).toBe(`${"x".repeat(4096)}…`);
    expect(attributes?.["a2a_peers.reply.text"]).toBe("a poem");
  });

  it("says how a send has failed", async () => {
    const { sdk, connect } = await start();
    const peer = connect("Peer");
    await serve(peer, () => {
      throw new RangeError("a secret");
    });
    const sent = connect("me").client.sendA2AMessage(peer.workspace.id, "hello");
    const { rpcCode } = await failureOf(sent);
    const [server, client] = sdk.spans();
    expect([server?.kind, server?.status, server?.attributes["error.type"]]).toEqual([
      1,
      { code: 2 },
      "RangeError",
    ]);
    expect([client?.kind, client?.status]).toEqual([2, { code: 2 }]);
    expect(client?.attributes).toMatchObject({
      "error.type": String(rpcCode),
      "a2a_peers.delivery": "confirmed",
    });
    expect(JSON.stringify([server?.attributes, server?.events])).not.toContain("secret");
  });

  it("has no error where its caller has ended it", async () => {
    const { sdk, platform, connect } = await start();
    const peer = platform.addWorkspace({ reply: () => new Promise<string>(() => {}) });
    const signal = AbortSignal.timeout(20);
    const sent = connect("me").client.sendA2AMessage(peer.id, "hello", { signal });
    await expect(sent).rejects.toThrow("timeout");
    expect(sdk.spans()[0]).toMatchObject({
      status: { code: 0 },
      attributes: { "a2a_peers.outcome": "aborted" },
    });
  });

  it("gives its place to the message, beside the metadata of the caller, whose own place is kept", async () => {
    const { sdk, platform, connect } = await start();
    const { client } = connect("me");
    const peer = platform.addWorkspace({ reply: () => "ok" });
    await client.sendA2AMessage(peer.id, "hello", { metadata: { order: 1 } });
    const { traceId, spanId } = sdk.spans()[0]?.spanContext() ?? {};
    expect(lastMetadata(platform)).toEqual({ order: 1, traceparent: `00-${traceId}-${spanId}-01` });
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    await client.sendA2AMessage(peer.id, "hello", { metadata: { traceparent } });
    expect(lastMetadata(platform)).toEqual({ traceparent });
  });
});

describe("a trace", () => {
  it("goes through an agent, whose own sends are below its work", async () => {
    const { sdk, connect } = await start();
    const poet = connect("Poet");
    await serve(poet, ({ text }) => `poem on ${text}`);
    const editor = connect("Editor");
    await serve(
      editor,
      async ({ text }) => (await editor.client.sendA2AMessage(poet.workspace.id, text)).text,
    );
    await connect("Reader").client.sendA2AMessage(editor.workspace.id, "spring");
    expect(toTree(sdk.spans())).toEqual([
      "SendMessage client",
      "  SendMessage server",
      "    SendMessage client",
      "      SendMessage server",
    ]);
    expect(new Set(sdk.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
    const served = sdk.spans().find(({ kind }) => kind === 1);
    expect(served?.attributes).toMatchObject({
      "a2a.method.name": "SendMessage",
      "a2a.task.state": "TASK_STATE_COMPLETED",
      "gen_ai.agent.id": poet.workspace.id,
      "a2a_peers.sender.id": editor.workspace.id,
      "a2a_peers.attempt": 1,
    });
  });

  it("goes through an inbox, whose answer is below its work, and a handler that throws is an error of it", async () => {
    const { sdk, connect } = await start();
    const clerk = connect("Clerk");
    await clerk.client.register({ agentCard: { name: "Clerk" } });
    await using inbox = createInbox(clerk.client, {
      stateDir: await scratchFolder(),
      maxAttempts: 1,
      pollIntervalMs: 20,
    });
    const asker = connect("Asker");
    await asker.client.register({ agentCard: { name: "Asker" } });
    let handled = 0;
    const running = inbox.run(({ text }) => {
      handled += 1;
      if (text === "break") throw new TypeError("broken");
      return "filed";
    });
    await asker.client.sendA2AMessage(clerk.workspace.id, "file");
    await asker.client.sendA2AMessage(clerk.workspace.id, "break");
    await expect.poll(() => handled, { timeout: 10_000 }).toBe(2);
    await inbox.stop({ finishWithinMs: 5000 });
    await running;
    expect(toTree(sdk.spans())).toEqual([
      "SendMessage client",
      "  SendMessage server",
      "    SendMessage client",
      "SendMessage client",
      "  SendMessage server",
    ]);
    const failed = sdk.spans().find(({ kind, status }) => kind === 1 && status.code === 2);
    expect(failed?.attributes["error.type"]).toBe("TypeError");
  });

  it("has the sends of a fan-out below it, and requests about tasks and delegations", async () => {
    const { sdk, platform, connect } = await start();
    const { client } = connect("me");
    const peers = [1, 2].map(() => platform.addWorkspace({ reply: () => "ok" }));
    await client.fanOut(
      peers.map(({ id }) => id),
      "hello",
      { concurrency: 1 },
    );
    const [peer] = peers;
    await client.getTask(String(peer?.id), "none").catch(() => {});
    await client.delegate(String(peer?.id), "a task");
    await client.listPeers();
    expect(toTree(sdk.spans())).toEqual([
      "fanOut internal",
      "  SendMessage client",
      "  SendMessage client",
      "GetTask client",
      "delegate client",
    ]);
    const [delegated] = sdk.spans().slice(-1);
    expect(delegated?.attributes["a2a_peers.delegation.id"]).toMatch(/^[\da-f-]{36}$/);
  });
});

describe("the metrics", () => {
  it("count attempts, and measure sends, work and the depth of inboxes", async () => {
    const { sdk, platform, connect } = await start();
    const clerk = connect("Clerk");
    await clerk.client.register({ agentCard: { name: "Clerk" } });
    const peer = platform.addWorkspace({ reply: () => "ok" });
    platform.fail("POST /workspaces/:id/a2a", { kind: "reset" }, { times: 1 });
    await clerk.client.sendA2AMessage(peer.id, "hello");
    await using inbox = createInbox(clerk.client, { stateDir: await scratchFolder() });
    clerk.workspace.writeAsHuman("one");
    clerk.workspace.writeAsHuman("two");
    await inbox.receive();
    const metrics = await sdk.metrics();
    expect(
      metrics
        .get("a2a_peers.client.attempts")
        ?.map(({ attributes, value }) => [attributes["error.type"], value]),
    ).toEqual([
      ["network", 1],
      [undefined, 1],
    ]);
    expect(metrics.get("a2a.client.operation.duration")?.[0]).toMatchObject({
      attributes: { "a2a.method.name": "SendMessage" },
      value: { count: 1 },
    });
    expect(
      metrics
        .get("a2a_peers.inbox.messages")
        ?.map(({ attributes, value }) => [attributes["a2a_peers.inbox.state"], value]),
    ).toEqual([
      ["waiting", 1],
      ["in_flight", 1],
    ]);
    await inbox.stop();
    const after = (await sdk.metrics()).get("a2a_peers.inbox.messages");
    expect(after?.map(({ value }) => value)).toEqual([0, 0]);
  });
});

describe("telemetry", () => {
  it("does no harm where no SDK is registered, and adds nothing to messages then", async () => {
    const platform = await startPlatform();
    onTestFinished(() => platform.close());
    const me = platform.addWorkspace({ name: "me" });
    const peer = platform.addWorkspace({ reply: () => "ok" });
    await using client = createA2AClient({
      platformUrl: platform.url,
      workspaceId: me.id,
      token: me.token,
      telemetry: openTelemetry(),
    });
    expect(await client.sendA2AMessage(peer.id, "hello")).toMatchObject({ text: "ok" });
    expect(lastMetadata(platform)).toBeUndefined();
  });

  it("does no harm where a provider throws, and leaves wrong arguments to the client", async () => {
    const { platform, connect } = await start();
    const fails = () => {
      throw new Error("tracing");
    };
    const tracerProvider = { getTracer: () => ({ startSpan: fails }) };
    const { client } = connect("me", { telemetry: openTelemetry({ tracerProvider }) });
    const peer = platform.addWorkspace({ reply: () => "ok" });
    expect(await client.sendA2AMessage(peer.id, "hello")).toMatchObject({ text: "ok" });
    for (const options of [null, 1, { metadata: 1 }, { messageId: 1 }]) {
      await expect(client.sendA2AMessage(peer.id, "hello", options as never)).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
  });

  it.each([
    [null, "the options"],
    [{ tracerProvider: {} }, "tracerProvider"],
    [{ meterProvider: 1 }, "meterProvider"],
    [{ recordContent: "yes" }, "recordContent"],
    [{ recordContents: true }, "recordContent"],
  ])("refuses the options %o", async (options, culprit) => {
    const error = await thrownBy(() => openTelemetry(options as OpenTelemetryOptions));
    expect(error).toMatchObject({ code: "configuration" });
    expect(error.message).toContain(culprit);
  });

  it("is refused by a client that gets anything else", async () => {
    const { connect } = await start();
    const error = await thrownBy(() => connect("me", { telemetry: {} as never }));
    expect(error.message).toContain("openTelemetry() of a2a-peers/otel");
  });
});
