import type { A2AClient } from "a2a-peers";
import type { TestPlatform, TestWorkspace } from "a2a-peers/testing";
import { describe, expect, it, vi } from "vitest";
import { clientOf, platformForTest, startPushAgent } from "./helpers/agent";
import { startSdkAgent } from "./helpers/sdk-agent";

/** Sends a JSON-RPC request to an agent through the platform, as its peers do. */
async function callThrough(
  platform: TestPlatform,
  from: TestWorkspace,
  to: TestWorkspace,
  method: string,
  id = "",
) {
  const response = await fetch(`${platform.url}/workspaces/${to.id}/a2a`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${from.token}`,
      "x-workspace-id": from.id,
      "content-type": "application/json",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { id } }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer
  return (await response.json()) as any;
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
    expect(await client.sendA2AMessage(painter.id, "hello")).toMatchObject({
      kind: "reply",
      text: "Good morning.",
    });
    const asked = await client.sendA2AMessage(painter.id, "a fence");
    if (asked.kind !== "input-required") throw new Error(`unexpected ${asked.kind}`);
    expect(asked.text).toBe("Which colour?");
    const { taskId, contextId } = asked;
    const done = await client.sendA2AMessage(painter.id, "red", { taskId, contextId });
    expect(done).toMatchObject({ kind: "reply", text: "Painted it red.", taskId, contextId });
  });

  it("takes the platform's delegations, whose parts say `type`", async () => {
    const { painter, client } = await start();
    const { delegationId } = await client.delegate(painter.id, "hello");
    await vi.waitFor(async () =>
      expect((await client.getDelegation(delegationId)).resultText).toBe("Good morning."),
    );
  });
});

describe("a task that takes long, of our own agent", () => {
  it("is working, can be asked for and is canceled through the platform", async () => {
    const { platform, painter, me, client, aborted } = await ownPainter();
    const begun = await client.sendA2AMessage(painter.id, "a mural");
    if (begun.kind !== "working") throw new Error(`unexpected ${begun.kind}`);
    const seen = await callThrough(platform, me, painter, "tasks/get", begun.taskId);
    expect(seen.result.status.state).toBe("working");
    const canceled = await callThrough(platform, me, painter, "tasks/cancel", begun.taskId);
    expect(canceled.result.status.state).toBe("canceled");
    expect(aborted()).toBe(true);
  });
});

describe("two agents of ours, of which one asks the other", () => {
  it("pass a question back to who asked first, and its answer on", async () => {
    const { platform, painter, me, client } = await ownPainter();
    const foreman = platform.addWorkspace({ name: "Foreman" });
    const own = clientOf(platform, foreman);
    const open = new Map<string, string>();
    await startPushAgent(platform, foreman, {
      async onMessage({ text, contextId = "" }) {
        const outcome = await own.sendA2AMessage(painter.id, text, { taskId: open.get(contextId) });
        if (outcome.kind !== "input-required") return outcome.text;
        open.set(contextId, outcome.taskId ?? "");
        return { state: "input-required", text: `The painter asks: ${outcome.text}` };
      },
    });
    const asked = await client.sendA2AMessage(foreman.id, "a fence");
    if (asked.kind !== "input-required") throw new Error(`unexpected ${asked.kind}`);
    expect(asked.text).toBe("The painter asks: Which colour?");
    const { taskId } = asked;
    const done = await client.sendA2AMessage(foreman.id, "red", { taskId });
    expect(done).toMatchObject({ kind: "reply", text: "Painted it red.", taskId });
    expect(me.id).not.toBe(foreman.id);
  });
});
