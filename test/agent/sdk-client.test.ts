import { randomUUID } from "node:crypto";
import { type Message, Role, type Task, TaskState } from "@a2a-js/sdk";
import { type Client, ClientFactory, JsonRpcTransportFactory } from "@a2a-js/sdk/client";
import { describe, expect, it, vi } from "vitest";
import { SECRET, startFetchAgent } from "./helpers/fetch-agent";
import { sdkCard } from "./helpers/sdk-agent";

/** A client of the official SDK that speaks one version of A2A with an agent, signed as the platform signs. */
async function sdkClient(
  agent: { fetch(request: Request): Promise<Response> },
  version: string,
): Promise<Client> {
  const fetchImpl: typeof fetch = (input, init) => {
    const request = new Request(input, init);
    request.headers.set("authorization", `Bearer ${SECRET}`);
    return agent.fetch(request);
  };
  const card = sdkCard(version);
  const transports = [new JsonRpcTransportFactory({ fetchImpl, legacyCompat: { enabled: true } })];
  return new ClientFactory({ transports }).createFromAgentCard(card);
}

const messageOf = (text: string, ids: { taskId?: string; contextId?: string } = {}): Message => ({
  messageId: randomUUID(),
  role: Role.ROLE_USER,
  taskId: "",
  contextId: "",
  ...ids,
  parts: [{ content: { $case: "text", value: text }, metadata: undefined, filename: "", mediaType: "" }],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

const textOf = (message: Message | undefined) =>
  message?.parts.map(({ content }) => (content?.$case === "text" ? content.value : "")).join();

describe.each(["1.0", "0.3"])("the client of the official SDK, in version %s of A2A", (version) => {
  const start = async () => {
    let isAborted = false;
    const { agent } = await startFetchAgent({
      answerWithinMs: 30,
      async onMessage({ text, taskId }, { signal }) {
        if (text === "fail") throw new Error("SENSITIVE");
        if (text === "long") {
          return new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              isAborted = true;
              reject(signal.reason);
            });
          });
        }
        if (text === "ask") return { state: "input-required", text: "Which colour?" };
        return taskId === undefined ? `You said: ${text}` : `Painted ${text}.`;
      },
    });
    const client = await sdkClient(agent, version);
    const send = (message: Message) =>
      client.sendMessage({ tenant: "", message, configuration: undefined, metadata: undefined });
    return { client, send, isAborted: () => isAborted };
  };

  it("reads the answer to a message", async () => {
    const { send } = await start();
    const answer = (await send(messageOf("hello"))) as Message;
    expect(textOf(answer)).toBe("You said: hello");
    expect(answer.role).toBe(Role.ROLE_AGENT);
  });

  it("answers a question, and reads the artifact of the finished task", async () => {
    const { send } = await start();
    const asked = (await send(messageOf("ask"))) as Task;
    expect(asked.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    expect(textOf(asked.status?.message)).toBe("Which colour?");
    const done = (await send(messageOf("red", { taskId: asked.id, contextId: asked.contextId }))) as Task;
    expect([done.id, done.status?.state]).toEqual([asked.id, TaskState.TASK_STATE_COMPLETED]);
    expect(done.artifacts[0]?.parts[0]?.content).toEqual({ $case: "text", value: "Painted red." });
  });

  it("asks for a task that takes long, and cancels it", async () => {
    const { client, send, isAborted } = await start();
    const { id, status } = (await send(messageOf("long"))) as Task;
    expect(status?.state).toBe(TaskState.TASK_STATE_WORKING);
    const seen = await client.getTask({ tenant: "", id, historyLength: undefined });
    expect(seen.status?.state).toBe(TaskState.TASK_STATE_WORKING);
    const canceled = await client.cancelTask({ tenant: "", id, metadata: undefined });
    expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    await vi.waitFor(() => expect(isAborted()).toBe(true));
  });

  it("gets the errors of the protocol", async () => {
    const { client, send } = await start();
    await expect(client.getTask({ tenant: "", id: "none", historyLength: undefined })).rejects.toMatchObject({
      name: "TaskNotFoundError",
    });
    await expect(send(messageOf("fail"))).rejects.toThrow(/failed while it worked/);
  });
});
