import type { A2AClient, Conversation } from "a2a-peers";
import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";
import { describe, expect, it, vi } from "vitest";
import { failureOf } from "../helpers/failure";
import { clientOf, platformForTest, startPushAgent } from "./helpers/agent";
import { startSdkAgent } from "./helpers/sdk-agent";

/**
 * Begins the mural as a sender that does not want to wait, and returns the id of its task. The server of the SDK answers
 * any other sender when the task has ended.
 */
async function beginMural({ platform, painter, me }: Painter): Promise<string> {
  const message = {
    role: "user",
    messageId: crypto.randomUUID(),
    parts: [{ kind: "text", text: "a mural" }],
  };
  const params = { message, configuration: { blocking: false } };
  const response = await fetch(`${platform.url}/workspaces/${painter.id}/a2a`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${me.token}`,
      "x-workspace-id": me.id,
      "content-type": "application/json",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "message/send", params }),
  });
  const { result } = (await response.json()) as { result: { id: string; status: { state: string } } };
  expect(result.status.state).toBe("working");
  return result.id;
}

/** A painter: it asks for the colour, and works until it is canceled on a mural. */
interface Painter {
  readonly platform: TestPlatform;
  readonly painter: TestWorkspace;
  readonly me: TestWorkspace;
  readonly client: A2AClient;
  readonly aborted: () => boolean;
}

async function ownPainter(): Promise<Painter> {
  const platform = await platformForTest();
  const [painter, me] = [platform.addWorkspace({ name: "Painter" }), platform.addWorkspace({ name: "Me" })];
  let isAborted = false;
  await startPushAgent(platform, painter, {
    answerWithinMs: 100,
    async onMessage({ text, taskId }, { signal }) {
      if (text === "a mural") {
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            isAborted = true;
            reject(signal.reason);
          }),
        );
      }
      if (taskId !== undefined) return `Painted it ${text}.`;
      return text === "hello" ? "Good morning." : { state: "input-required", text: "Which colour?" };
    },
  });
  return { platform, painter, me, client: clientOf(platform, me), aborted: () => isAborted };
}

async function sdkPainter(): Promise<Painter> {
  const platform = await platformForTest();
  const [painter, me] = [platform.addWorkspace({ name: "Painter" }), platform.addWorkspace({ name: "Me" })];
  await startSdkAgent(clientOf(platform, painter), ({ text, isFollowUp, answer, ask, work }) => {
    if (text === "a mural") work();
    else if (isFollowUp) answer(`Painted it ${text}.`);
    else if (text === "hello") answer("Good morning.");
    else ask("Which colour?");
  });
  return { platform, painter, me, client: clientOf(platform, me), aborted: () => true };
}

describe.each([
  ["our own agent", ownPainter],
  ["an agent on the official SDK", sdkPainter],
])("a conversation through the platform with %s", (_, start) => {
  it("has messages, a question back, and the answer to it", async () => {
    const { painter, client } = await start();
    const conversation = client.conversation(painter.id);
    expect(await conversation.send("hello")).toMatchObject({ kind: "reply", text: "Good morning." });
    expect(await conversation.send("a fence")).toMatchObject({
      kind: "input-required",
      text: "Which colour?",
    });
    const { taskId } = conversation;
    expect(await conversation.send("red")).toMatchObject({ kind: "reply", text: "Painted it red.", taskId });
    expect(conversation.taskId).toBeUndefined();
  });

  it("has a task that takes long: it is working, and is canceled", async () => {
    const painting = await start();
    const { painter, client, aborted } = painting;
    const taskId = await beginMural(painting);
    expect(await client.getTask(painter.id, taskId)).toMatchObject({ kind: "working", taskId });
    await client.cancelTask(painter.id, taskId);
    await expect(client.getTask(painter.id, taskId)).rejects.toMatchObject({ code: "task_failed" });
    expect(aborted()).toBe(true);
  });

  it("has tasks that are canceled, more than once without harm, and tasks that nobody knows", async () => {
    const { painter, client } = await start();
    const conversation = client.conversation(painter.id);
    await conversation.send("a fence");
    const { taskId = "" } = conversation;
    for (let time = 0; time < 2; time += 1) {
      expect(await client.cancelTask(painter.id, taskId)).toMatchObject({ kind: "reply", taskId });
    }
    expect(await failureOf(conversation.waitForTask())).toMatchObject({ code: "task_failed" });
    expect(conversation.taskId).toBeUndefined();
    expect(await failureOf(client.getTask(painter.id, "none"))).toMatchObject({ rpcCode: -32001 });
  });

  it("takes the platform's delegations, whose parts say `type`", async () => {
    const { painter, client } = await start();
    const { delegationId } = await client.delegate(painter.id, "hello");
    await vi.waitFor(async () =>
      expect((await client.getDelegation(delegationId)).resultText).toBe("Good morning."),
    );
  });
});

describe("a message to our own agent that takes long", () => {
  it("is answered with a task, whose end can be waited for", async () => {
    const platform = await platformForTest();
    const [workspace, me] = [platform.addWorkspace(), platform.addWorkspace()];
    let finish = () => {};
    await startPushAgent(platform, workspace, {
      answerWithinMs: 50,
      onMessage: () => new Promise((resolve) => { finish = () => resolve("done"); }),
    }); // biome-ignore format: one line
    const client = clientOf(platform, me);
    const begun = await client.sendA2AMessage(workspace.id, "a mural");
    if (begun.kind !== "working" || begun.taskId === undefined) throw new Error(`unexpected ${begun.kind}`);
    const waited = client.waitForTask(workspace.id, begun.taskId, { timeoutMs: 15_000 });
    finish();
    expect(await waited).toMatchObject({ kind: "reply", text: "done", taskId: begun.taskId });
  });
});

describe("two agents of ours, of which one asks the other", () => {
  it("pass a question back to who asked first, and its answer on", async () => {
    const { platform, painter, client } = await ownPainter();
    const foreman = platform.addWorkspace({ name: "Foreman" });
    const own = clientOf(platform, foreman);
    const conversations = new Map<string, Conversation>();
    await startPushAgent(platform, foreman, {
      async onMessage({ text, contextId = "" }) {
        const conversation = conversations.get(contextId) ?? own.conversation(painter.id);
        conversations.set(contextId, conversation);
        const outcome = await conversation.send(text);
        if (outcome.kind !== "input-required") return outcome.text;
        return { state: "input-required", text: `The painter asks: ${outcome.text}` };
      },
    });
    const conversation = client.conversation(foreman.id);
    expect((await conversation.send("a fence")).text).toBe("The painter asks: Which colour?");
    expect(await conversation.send("red")).toMatchObject({ kind: "reply", text: "Painted it red." });
  });
});
