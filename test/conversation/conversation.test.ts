import { type IncomingMessage, type Reply, script, task } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { until, world } from "../delegation/helpers/world";
import { failureOf } from "../helpers/failure";
import { STRANGER } from "../helpers/ids";

interface Carried {
  contextId?: string;
  taskId?: string;
}
const carried = ({ body }: IncomingMessage): Carried =>
  (body as { params: { message: Carried } }).params.message;
const idsOf = (message: IncomingMessage) => {
  const { contextId, taskId } = carried(message);
  return { contextId, taskId };
};

/** A world with a conversation; the peer follows `reply`. */
async function talk(reply: Reply = ({ text }) => `heard ${text}`) {
  const all = await world({ reply });
  const conversation = all.client.conversation(all.peer.id);
  return { ...all, conversation, received: () => all.peer.received.map(idsOf) };
}

describe("a conversation", () => {
  it("carries an id of its own from the start", async () => {
    const { conversation, received, client, peer } = await talk();
    const { contextId } = conversation;
    await conversation.send("one");
    await conversation.send("two");
    expect(received()).toEqual([
      { contextId, taskId: undefined },
      { contextId, taskId: undefined },
    ]);
    expect(client.conversation(peer.id).contextId).not.toBe(contextId);
  });

  it("sends what it was called with, also after a wait for its turn", async () => {
    const { conversation, peer } = await talk();
    const metadata = { step: 1 };
    const parts = [{ kind: "data", data: { step: 1 } } as const];
    const sending = [conversation.send("one"), conversation.send({ parts }, { metadata })];
    metadata.step = 2;
    (parts[0]?.data as { step: number }).step = 2;
    await Promise.all(sending);
    expect(peer.received[1]?.body).toMatchObject({
      params: { message: { parts: [{ kind: "data", data: { step: 1 } }], metadata: { step: 1 } } },
    });
  });

  it("goes over to the context that the peer answers in, and carries the task while it is open", async () => {
    const { conversation, received } = await talk(
      script([task("input-required", "which?"), task("working"), task("completed", "42"), "again"]),
    );
    const own = conversation.contextId;
    expect(await conversation.send("sort")).toMatchObject({ kind: "input-required", text: "which?" });
    expect(conversation).toMatchObject({ contextId: "task-1-context", taskId: "task-1" });
    await conversation.send("by date");
    expect(await conversation.send("faster")).toMatchObject({ kind: "reply", text: "42" });
    expect(conversation.taskId).toBeUndefined();
    await conversation.send("thanks");
    const [contextId, taskId] = ["task-1-context", "task-1"];
    expect(received()).toEqual([
      { contextId: own, taskId: undefined },
      { contextId, taskId },
      { contextId, taskId },
      { contextId, taskId: undefined },
    ]);
  });

  it("drops a task that failed or that the peer has forgotten, and keeps it after any other failure", async () => {
    const rpcError = (code: number) => ({ jsonrpc: "2.0", id: "r", error: { code, message: "no" } });
    const { conversation } = await talk(
      script([
        task("working"),
        rpcError(-32603),
        // The answer when the conversation asks for the task.
        task("working"),
        task("failed"),
        task("working"),
        rpcError(-32001),
        task("working"),
      ]),
    );
    const tasks: unknown[] = [];
    for (const text of ["a", "b", "c", "d", "e"]) {
      await conversation.send(text).catch(() => undefined);
      tasks.push(conversation.taskId);
    }
    expect(tasks).toEqual(["task-1", "task-1", undefined, "task-1", undefined]);
  });

  it.each([
    [-32600, "completed", undefined],
    [-32602, "failed", undefined],
    [-32004, "canceled", undefined],
    [-32004, "working", "task-1"],
    [-32603, "input-required", "task-1"],
  ])(
    "asks for its task when a message is refused with %i, which has become %s",
    async (code, state, taskId) => {
      const refusal = { jsonrpc: "2.0", id: "r", error: { code, message: "no" } };
      const { conversation, peer } = await talk(script([task("input-required"), refusal, "again"]));
      await conversation.send("sort");
      peer.setTask(task(state));
      expect(await failureOf(conversation.send("by date"))).toMatchObject({ rpcCode: code });
      expect(conversation.taskId).toBe(taskId);
      expect(await conversation.send("by date")).toMatchObject({ kind: "reply", text: "again" });
    },
  );

  it("goes on with an earlier one", async () => {
    const { client, peer, received } = await talk();
    const conversation = client.conversation(peer.id.toUpperCase(), { contextId: "c", taskId: "t" });
    expect(conversation).toMatchObject({ peerId: peer.id, contextId: "c", taskId: "t" });
    await conversation.send("next");
    expect(received()).toEqual([{ contextId: "c", taskId: "t" }]);
  });

  it("waits for its task, and forgets it when it has ended", async () => {
    const { conversation, peer } = await talk(() => task("working"));
    await conversation.send("sort");
    const pending = conversation.waitForTask({ pollIntervalMs: 1 });
    peer.setTask(task("completed", "42"));
    expect(await pending).toMatchObject({ kind: "reply", text: "42" });
    expect(conversation.taskId).toBeUndefined();
    expect(await failureOf(conversation.waitForTask())).toMatchObject({ code: "invalid_argument" });
  });

  it("makes one call at a time, in order, each with the state that the one before has left", async () => {
    let active = 0;
    let most = 0;
    const { conversation, received } = await talk(async ({ text }) => {
      active += 1;
      most = Math.max(most, active);
      await new Promise((resolve) => setTimeout(resolve, 5));
      active -= 1;
      return text === "2" ? "done" : task("input-required", "more?", `task-${text}`);
    });
    const sends = ["1", "2", "3"].map((text) => conversation.send(text));
    const outcomes = await Promise.all(sends);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["input-required", "reply", "input-required"]);
    expect(received().map(({ taskId }) => taskId)).toEqual([undefined, "task-1", undefined]);
    expect(most).toBe(1);
  });

  it("sends nothing for a call that is aborted while it waits, and keeps the order of the others", async () => {
    let release = () => {};
    let isReleased = false;
    const held = new Promise<string>((resolve) => {
      release = () => {
        isReleased = true;
        resolve("done");
      };
    });
    const { conversation, peer } = await talk(({ text }) => (text === "1" ? held : `after: ${isReleased}`));
    const controller = new AbortController();
    const first = conversation.send("1");
    const second = conversation.send("2", { signal: controller.signal }).catch((error: unknown) => error);
    const third = conversation.send("3");
    await until(() => peer.received.length === 1);
    const reason = new Error("not needed");
    controller.abort(reason);
    expect(await second).toBe(reason);
    expect(peer.received).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    release();
    expect(await Promise.all([first, third])).toMatchObject([{ text: "done" }, { text: "after: true" }]);
    expect(peer.received.map(({ text }) => text)).toEqual(["1", "3"]);
  });

  it("goes on after a call that failed", async () => {
    const { conversation, platform } = await talk();
    platform.fail("POST /workspaces/:id/a2a", { status: 402, body: { error: "x" } }, { times: 1 });
    const first = conversation.send("1").catch(() => "failed");
    expect(await Promise.all([first, conversation.send("2")])).toMatchObject(["failed", { kind: "reply" }]);
  });

  it.each([
    ["contextId", { contextId: "c" }, "sets `contextId` itself"],
    ["taskId", { taskId: "t" }, "sets `taskId` itself"],
    ["source", { source: STRANGER }, "sets `source` itself"],
    ["budgetMS", { budgetMS: 5 }, "Did you mean `budgetMs`?"],
  ])("rejects the option %s of a message, and sends nothing", async (_, options, text) => {
    const { conversation, peer } = await talk();
    const error = await failureOf(conversation.send("x", options as object));
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toContain(text);
    expect(peer.received).toHaveLength(0);
  });

  it.each([
    ["context", { context: "c" }, "There is no option `context`"],
    ["contextId", { contextId: "" }, "`contextId`"],
    ["taskId", { taskId: 7 }, "`taskId`"],
    ["source", { source: STRANGER }, STRANGER],
    ["options", [], "object"],
  ])("rejects wrong %s at its start", async (_, options, text) => {
    const { client, peer } = await talk();
    expect(() => client.conversation(peer.id, options as object)).toThrow(text);
    expect(() => client.conversation("nobody")).toThrow("invalid peer_id");
  });
});
