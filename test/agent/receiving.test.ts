import { describe, expect, it, vi } from "vitest";
import { failureOf } from "../helpers/failure";
import { clientOf, createTestAgent, ofType, platformForTest, startPushAgent } from "./helpers/agent";

describe("an agent with a URL", () => {
  it("registers, beats, and answers a pushed message with what the handler returns", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace({ name: "Clerk", status: "awaiting_agent" });
    const peer = platform.addWorkspace({ name: "Peer" });
    const seen: unknown[] = [];
    const { agent } = await startPushAgent(platform, workspace, {
      onMessage: (message) => {
        seen.push(message);
        return `You said: ${message.text}`;
      },
    });
    expect(workspace.state.status).toBe("online");
    expect(agent.heartbeat.status.running).toBe(true);
    expect(agent.inbox).toBeUndefined();
    const sender = clientOf(platform, peer);
    const outcome = await sender.sendA2AMessage(workspace.id, "hello", {
      contextId: "c-1",
      messageId: "m-1",
    });
    expect(outcome).toMatchObject({ kind: "reply", text: "You said: hello", contextId: "c-1" });
    expect(outcome).not.toHaveProperty("taskId");
    expect(seen).toMatchObject([
      {
        id: "m-1",
        messageId: "m-1",
        contextId: "c-1",
        from: { kind: "peer", id: peer.id },
        text: "hello",
        files: [],
        data: [],
        attempt: 1,
      },
    ]);
  });

  it("answers a delegation, whose parts say `type` and whose sender the platform does not name", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace();
    const peer = platform.addWorkspace();
    const seen: unknown[] = [];
    await startPushAgent(platform, workspace, {
      onMessage: ({ text, from, delegationId }) => {
        seen.push([text, from, delegationId]);
        return `done: ${text}`;
      },
    });
    const sender = clientOf(platform, peer);
    const { delegationId } = await sender.delegate(workspace.id, "file it");
    await vi.waitFor(async () => {
      const { resultText } = await sender.getDelegation(delegationId);
      expect(resultText).toBe("done: file it");
    });
    expect(seen).toEqual([["file it", { kind: "human" }, delegationId]]);
  });

  it("takes nothing after it was stopped, says so in the platform's words, and makes a last beat", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace();
    const peer = platform.addWorkspace();
    const { agent } = await startPushAgent(platform, workspace, { onMessage: () => "hello" });
    await agent.stop();
    expect(workspace.state.activeTasks).toBe(0);
    const sender = clientOf(platform, peer, { retry: { maxAttempts: 1 } });
    await expect(sender.sendA2AMessage(workspace.id, "hello")).rejects.toMatchObject({
      code: "peer_unavailable",
      delivery: "not-sent",
      retryable: true,
    });
    await agent.start();
    expect((await sender.sendA2AMessage(workspace.id, "hello")).text).toBe("hello");
  });
});

describe("an agent that works on as many messages as it takes at once", () => {
  it("turns a new one away, which its sender sends again, and lets what comes again join its run", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace();
    const peer = platform.addWorkspace();
    let finish = () => {};
    const { events } = await startPushAgent(platform, workspace, {
      maxConcurrentMessages: 1,
      onMessage: ({ text }) =>
        new Promise<string>((resolve) => {
          finish = () => resolve(`done: ${text}`);
        }),
    });
    const careful = clientOf(platform, peer, { delivery: "at-most-once", retry: { maxAttempts: 1 } });
    const first = careful.sendA2AMessage(workspace.id, "one", { messageId: "m-1" });
    await vi.waitFor(() => expect(ofType(events, "agent.received")).toHaveLength(1));
    await expect(careful.sendA2AMessage(workspace.id, "two")).rejects.toMatchObject({
      code: "peer_unavailable",
      delivery: "not-sent",
      retryable: true,
    });
    const again = careful.sendA2AMessage(workspace.id, "one", { messageId: "m-1" });
    await vi.waitFor(() => expect(ofType(events, "agent.repeated")).toHaveLength(1));
    expect(ofType(events, "agent.request_refused")).toMatchObject([{ reason: "full", count: 1 }]);
    finish();
    expect((await first).text).toBe("done: one");
    expect((await again).text).toBe("done: one");
    const second = careful.sendA2AMessage(workspace.id, "two");
    await vi.waitFor(() => expect(ofType(events, "agent.received")).toHaveLength(2));
    finish();
    expect((await second).text).toBe("done: two");
  });
});

describe("an agent without a URL", () => {
  it("registers in poll mode, and sends what the handler returns to a fetched message", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace();
    const peer = platform.addWorkspace({ reply: () => "thanks" });
    const { agent } = await createTestAgent(platform, workspace, {
      onMessage({ text }) {
        return text === "hello" ? "You said: hello" : { state: "input-required", text: "Which colour?" };
      },
    });
    await agent.start();
    const sender = clientOf(platform, peer);
    const outcome = await sender.sendA2AMessage(workspace.id, "hello");
    await sender.sendA2AMessage(workspace.id, "Paint it");
    expect(outcome).toMatchObject({ kind: "queued", deliveryMode: "poll" });
    await vi.waitFor(
      () => expect(peer.received.map(({ text }) => text)).toEqual(["You said: hello", "Which colour?"]),
      {
        timeout: 10_000,
      },
    );
    expect(agent.inbox?.status.running).toBe(true);
    await agent.stop();
    expect(agent.inbox?.status.running).toBe(false);
    expect(agent.heartbeat.status.running).toBe(false);
  });
});

describe("a message under an id that another sender has used", () => {
  it("runs, and gets its own answer, also when it is asked for later", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace();
    const peers = [platform.addWorkspace(), platform.addWorkspace()];
    await startPushAgent(platform, workspace, { onMessage: ({ text }) => `answer to ${text}` });
    const texts = peers.map(async (peer, index) => {
      const sender = clientOf(platform, peer);
      const { text } = await sender.sendA2AMessage(workspace.id, `question ${index}`, { messageId: "m-1" });
      return [text, sender] as const;
    });
    const answered = await Promise.all(texts);
    expect(answered.map(([text]) => text)).toEqual(["answer to question 0", "answer to question 1"]);
    const tasks = answered.map(async ([, sender]) => (await sender.getTask(workspace.id, "m-1")).text);
    expect(await Promise.all(tasks)).toEqual(["answer to question 0", "answer to question 1"]);
    const stranger = clientOf(platform, platform.addWorkspace());
    expect(await failureOf(stranger.cancelTask(workspace.id, "m-1"))).toMatchObject({ rpcCode: -32001 });
  });
});

describe("a message under an id that its sender gives to every message", () => {
  it("runs, and gets its own answer; under its id the newest is found", async () => {
    const platform = await platformForTest();
    const [workspace, peer] = [platform.addWorkspace(), platform.addWorkspace()];
    await startPushAgent(platform, workspace, { onMessage: ({ text }) => `answer to ${text}` });
    const sender = clientOf(platform, peer);
    const texts: string[] = [];
    for (const text of ["a", "b", "a"]) {
      texts.push((await sender.sendA2AMessage(workspace.id, text, { messageId: "1" })).text);
    }
    expect(texts).toEqual(["answer to a", "answer to b", "answer to a"]);
    expect((await sender.getTask(workspace.id, "1")).text).toBe("answer to a");
  });
});

describe("one message", () => {
  it("runs once: a repeat joins the run, and a later one is answered from memory", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace();
    const peer = platform.addWorkspace();
    let runs = 0;
    let finish = () => {};
    const working = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { events } = await startPushAgent(platform, workspace, {
      async onMessage({ text }) {
        runs += 1;
        await working;
        return `answer ${runs} to ${text}`;
      },
    });
    const sender = clientOf(platform, peer);
    const send = () => sender.sendA2AMessage(workspace.id, "hello", { messageId: "m-1" });
    const first = send();
    await vi.waitFor(() => expect(runs).toBe(1));
    const second = send();
    await vi.waitFor(() => expect(ofType(events, "agent.repeated")).toHaveLength(1));
    finish();
    const outcomes = [await first, await second, await send()];
    expect(outcomes.map(({ text }) => text)).toEqual(Array(3).fill("answer 1 to hello"));
    expect(runs).toBe(1);
    expect(ofType(events, "agent.repeated").map(({ state }) => state)).toEqual(["working", "completed"]);
  });
});
