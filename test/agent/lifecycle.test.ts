import { createA2AClient } from "a2a-peers";
import { createAgent } from "a2a-peers/agent";
import { describe, expect, it, vi } from "vitest";
import { failureOf } from "../helpers/failure";
import { OWN, PLATFORM, SECOND } from "../helpers/ids";
import { clientOf, createTestAgent, ofType, platformForTest, startPushAgent } from "./helpers/agent";
import { sendRequest, startFetchAgent, taskRequest } from "./helpers/fetch-agent";

const client = createA2AClient({ platformUrl: PLATFORM, workspaceId: OWN, token: "t" });
const card = { name: "Agent" };
const onMessage = () => "done";

describe("createAgent", () => {
  it.each([
    ["no options", undefined, /options/],
    ["no card", { onMessage }, /`card`/],
    ["no handler", { card }, /`onMessage`/],
    ["a handler that is none", { card, onMessage: "x" }, /`onMessage`/],
    ["a blank url", { card, onMessage, url: " " }, /`url`/],
    ["an unknown option", { card, onMessage, onMesage: 1 }, /`onMesage`.*`onMessage`/],
    ["an inbox beside a url", { card, onMessage, url: "http://a.test", inbox: {} }, /`inbox`/],
    ["an unknown way to authenticate", { card, onMessage, authenticate: "never" }, /`authenticate`/],
    ["a duration that is none", { card, onMessage, answerWithinMs: -1 }, /`answerWithinMs`/],
    ["a size that is none", { card, onMessage, maxRequestBytes: 1.5 }, /`maxRequestBytes`/],
    ["a workspace that is not its client's", { card, onMessage, source: SECOND }, /source/],
    ["a wrong option of the heartbeat", { card, onMessage, heartbeat: { intervalMs: 0 } }, /`intervalMs`/],
    ["a wrong option of the inbox", { card, onMessage, inbox: { concurrency: 0 } }, /`concurrency`/],
  ])("refuses %s", (_, options, message) => {
    expect(() => createAgent(client, options as never)).toThrow(
      expect.objectContaining({ code: "invalid_argument", message: expect.stringMatching(message) }),
    );
  }); // biome-ignore format: rows
});

describe("start", () => {
  it("rejects where the platform refuses the registration, and may be tried again", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace();
    const { agent } = await createTestAgent(platform, workspace, { onMessage, url: "http://localhost:9/" });
    platform.fail("POST /registry/register", { status: 400, body: { error: "no" } }, { times: 1 });
    await expect(agent.start()).rejects.toMatchObject({ code: "bad_request" });
    expect(agent.heartbeat.status.running).toBe(false);
    await Promise.all([agent.start(), agent.start()]);
    expect(agent.heartbeat.status.running).toBe(true);
    expect(platform.requests.filter(({ path }) => path === "/registry/register")).toHaveLength(2);
    await agent.stop();
  });

  it("is ended by a stop while it waits for the platform, and then may be made again", async () => {
    const platform = await platformForTest();
    const { agent } = await createTestAgent(platform, platform.addWorkspace(), { onMessage });
    platform.fail("POST /registry/register", { kind: "stall" }, { times: 1 });
    const started = failureOf(agent.start());
    await platform.waitForRequest("POST /registry/register");
    await agent.stop();
    expect(await started).toMatchObject({ code: "closed" });
    await agent.start();
    expect(agent.heartbeat.status.running).toBe(true);
    await agent.stop();
  });

  it("or a stop, whichever is asked for last, counts", async () => {
    const platform = await platformForTest();
    const { agent } = await createTestAgent(platform, platform.addWorkspace(), { onMessage });
    const running = () => agent.heartbeat.status.running;
    await Promise.allSettled([agent.start(), agent.stop(), agent.start(), agent.stop(), agent.start()]);
    expect([running(), agent.inbox?.status.running]).toEqual([true, true]);
    await Promise.allSettled([agent.stop(), agent.start(), agent.stop()]);
    expect([running(), agent.inbox?.status.running]).toEqual([false, false]);
  });

  it("rejects without a URL on a platform that has no poll mode", async () => {
    const platform = await platformForTest({ version: "2026-04" });
    const { agent } = await createTestAgent(platform, platform.addWorkspace(), { onMessage });
    await expect(agent.start()).rejects.toMatchObject({ code: "bad_request" });
    expect(agent.inbox?.status.running).toBe(false);
  });

  it("reports when the inbox ends for good, as that of a removed workspace does", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace();
    const { agent, events } = await createTestAgent(platform, workspace, { onMessage });
    await agent.start();
    workspace.setStatus("removed");
    await vi.waitFor(() =>
      expect(ofType(events, "agent.inbox_failed")).toMatchObject([{ code: "workspace_removed" }]),
    );
    await agent.stop();
  });

  it("receives unsigned messages of a platform of April 2026", async () => {
    const platform = await platformForTest({ version: "2026-04" });
    const [workspace, peer] = [platform.addWorkspace(), platform.addWorkspace()];
    const { events } = await startPushAgent(platform, workspace, { onMessage });
    expect((await clientOf(platform, peer).sendA2AMessage(workspace.id, "hello")).text).toBe("done");
    expect(ofType(events, "agent.unsigned_accepted")).toHaveLength(1);
  });
});

/** A handler that ends only when its signal is aborted, or when it is told to. */
function patientHandler() {
  const state = { finish: () => {}, started: 0, aborted: 0 };
  const handler = (_message: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<string>((resolve, reject) => {
      state.started += 1;
      let isFinished = false;
      state.finish = () => {
        isFinished = true;
        resolve("done");
      };
      signal.addEventListener("abort", () => {
        if (!isFinished) state.aborted += 1;
        reject(signal.reason);
      });
    });
  return { state, handler };
}

describe("stop", () => {
  it("lets handlers end, and takes no new message meanwhile", async () => {
    const { state, handler } = patientHandler();
    const { agent, call, post } = await startFetchAgent({ onMessage: handler });
    const request = sendRequest("a", { messageId: "m" });
    const answered = call(request);
    await vi.waitFor(() => expect(state.started).toBe(1));
    const stopped = agent.stop();
    expect(await (await post(sendRequest("b"))).json()).toEqual({ error: "failed to reach workspace agent" });
    // What runs is still answered, joined and asked for.
    expect((await call(taskRequest("tasks/get", "m"))).result.status.state).toBe("working");
    const joined = call(request);
    await new Promise((resolve) => setTimeout(resolve, 5));
    state.finish();
    expect((await answered).result).toMatchObject({ status: { state: "completed" } });
    expect((await joined).result).toMatchObject({ status: { state: "completed" } });
    await stopped;
    expect([state.started, state.aborted]).toEqual([1, 0]);
    expect((await post(request)).status).toBe(502);
  });

  it("aborts handlers that do not end in time, and answers whoever waits", async () => {
    const { state, handler } = patientHandler();
    const { agent, call, beats } = await startFetchAgent({ onMessage: handler, finishWithinMs: 20 });
    const answered = call(sendRequest("a"));
    await vi.waitFor(() => expect(state.started).toBe(1));
    await Promise.all([agent.stop(), agent.stop()]);
    expect((await answered).error).toMatchObject({ code: -32603, data: { ran: true } });
    expect(state.aborted).toBe(1);
    expect(beats.at(-1)).toMatchObject({ active_tasks: 0 });
  });

  it("ends an agent that fetches its messages the same way: what was taken is answered, the rest waits", async () => {
    const platform = await platformForTest();
    const workspace = platform.addWorkspace({ deliveryMode: "poll" });
    const peer = platform.addWorkspace({ reply: () => "thanks" });
    const { state, handler } = patientHandler();
    const { agent } = await createTestAgent(platform, workspace, { onMessage: handler });
    await agent.start();
    const sender = clientOf(platform, peer);
    await sender.sendA2AMessage(workspace.id, "first");
    await sender.sendA2AMessage(workspace.id, "second");
    await vi.waitFor(() => expect(state.started).toBe(1));
    const stopped = agent.stop();
    state.finish();
    await stopped;
    expect(peer.received.map(({ text }) => text)).toEqual(["done"]);
    expect([state.started, state.aborted]).toEqual([1, 0]);
  });

  it("is what the end of the client does, too, without waiting for handlers", async () => {
    const { state, handler } = patientHandler();
    const platform = await platformForTest();
    const [workspace, peer] = [platform.addWorkspace(), platform.addWorkspace()];
    const started = await startPushAgent(platform, workspace, { onMessage: handler });
    const failed = clientOf(platform, peer)
      .sendA2AMessage(workspace.id, "hello")
      .catch(({ code }) => code);
    await vi.waitFor(() => expect(state.started).toBe(1));
    await started.client.close();
    expect(await failed).toBe("rpc_error");
    expect(state.aborted).toBe(1);
    await started.agent.stop();
  });

  it("before a start does nothing", async () => {
    const platform = await platformForTest();
    const { agent } = await createTestAgent(platform, platform.addWorkspace(), { onMessage });
    await agent.stop();
    expect(platform.requests).toEqual([]);
  });
});
