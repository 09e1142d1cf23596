import { describe, expect, it, vi } from "vitest";
import { ofType } from "./helpers/agent";
import { type RpcAnswer, sendRequest, startFetchAgent, taskRequest } from "./helpers/fetch-agent";

/** A handler that works until it is told to end, and sees its signal. */
function longWork() {
  const state = {
    finish: (_answer: string) => {},
    fail: (_error: Error) => {},
    signals: [] as AbortSignal[],
  };
  const onMessage = (_message: unknown, { signal }: { signal: AbortSignal }) => {
    state.signals.push(signal);
    return new Promise<string>((resolve, reject) => {
      state.finish = resolve;
      state.fail = reject;
    });
  };
  return { state, onMessage };
}

const textOf = ({ result }: RpcAnswer) => result.artifacts?.[0]?.parts[0]?.text;

describe("work that takes longer than a message waits", () => {
  it("is a task that is working, which can be asked for until it is completed", async () => {
    const { state, onMessage } = longWork();
    const { call } = await startFetchAgent({ onMessage, answerWithinMs: 20 });
    const request = sendRequest("a", { contextId: "c", messageId: "m" });
    const { result: task } = await call(request);
    expect(task).toEqual({
      kind: "task",
      id: expect.any(String),
      contextId: "c",
      status: { state: "working", timestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    expect((await call(taskRequest("tasks/get", task.id))).result).toEqual(task);
    // Its sender may know no more than the id of its message.
    expect((await call(taskRequest("tasks/get", "m"))).result).toEqual(task);
    expect((await call(request)).result).toEqual(task);
    state.finish("done");
    await vi.waitFor(async () =>
      expect((await call(taskRequest("tasks/get", task.id))).result.status.state).toBe("completed"),
    );
    expect(textOf(await call(taskRequest("tasks/get", task.id)))).toBe("done");
    // The message, when it comes again, is answered with the same task.
    expect((await call(request)).result).toMatchObject({ id: task.id, status: { state: "completed" } });
    expect(state.signals).toHaveLength(1);
  });

  it("that fails is a task that has failed, without the words of the error", async () => {
    const { state, onMessage } = longWork();
    const { call } = await startFetchAgent({ onMessage, answerWithinMs: 20 });
    const { result: task } = await call(sendRequest("a"));
    state.fail(new Error("SENSITIVE"));
    await vi.waitFor(async () => {
      const { result } = await call(taskRequest("tasks/get", task.id));
      expect(result.status.state).toBe("failed");
      expect(result.status.message.parts[0].text).toMatch(/failed/);
      expect(JSON.stringify(result)).not.toContain("SENSITIVE");
    });
  });

  it("is a task at once where the sender does not want to wait", async () => {
    const { state, onMessage } = longWork();
    const { call } = await startFetchAgent({ onMessage });
    const legacy = sendRequest("a", {}, { configuration: { blocking: false } });
    const current = sendRequest("a", {}, { configuration: { returnImmediately: true } });
    expect((await call(legacy)).result.status.state).toBe("working");
    expect((await call({ ...current, method: "SendMessage" })).result.task.status.state).toBe(
      "TASK_STATE_WORKING",
    );
    state.finish("done");
  });

  it("is waited for where it is a delegation: the platform fetches no result later", async () => {
    const { state, onMessage } = longWork();
    const { call } = await startFetchAgent({ onMessage, answerWithinMs: 1 });
    let answer: RpcAnswer | undefined;
    const answered = call(sendRequest("a", { metadata: { delegation_id: "d" } })).then((given) => {
      answer = given;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answer).toBeUndefined();
    state.finish("done");
    await answered;
    expect(answer?.result.parts).toEqual([{ kind: "text", text: "done" }]);
  });

  it("is served in the form of 1.0 to whoever asks in it", async () => {
    const { state, onMessage } = longWork();
    const { call } = await startFetchAgent({ onMessage, answerWithinMs: 10 });
    const { result } = await call({ ...sendRequest("a", { contextId: "c" }), method: "SendMessage" });
    expect(result.task.status.state).toBe("TASK_STATE_WORKING");
    state.finish("done");
    const named = { ...taskRequest("GetTask", ""), params: { name: `tasks/${result.task.id}` } };
    await vi.waitFor(async () =>
      expect((await call(named)).result).toEqual({
        id: result.task.id,
        contextId: "c",
        status: { state: "TASK_STATE_COMPLETED", timestamp: expect.any(String) },
        artifacts: [{ artifactId: expect.any(String), parts: [{ text: "done" }] }],
      }),
    );
  });
});

describe("cancelling a task", () => {
  it("aborts the signal of its handler and answers whoever waits, and may be repeated", async () => {
    const { state, onMessage } = longWork();
    const { call, agent, beats, events } = await startFetchAgent({ onMessage });
    const waiting = call(sendRequest("a", { messageId: "m" }));
    await vi.waitFor(() => expect(state.signals).toHaveLength(1));
    const canceled = await call(taskRequest("tasks/cancel", "m"));
    expect(canceled.result).toMatchObject({ kind: "task", status: { state: "canceled" } });
    expect(state.signals[0]?.aborted).toBe(true);
    expect((await waiting).result).toMatchObject({ id: canceled.result.id, status: { state: "canceled" } });
    expect((await call(taskRequest("tasks/cancel", canceled.result.id))).result).toEqual(canceled.result);
    // What the handler makes of it afterwards changes nothing, and is no failure.
    state.fail(new Error("aborted"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await call(taskRequest("tasks/get", "m"))).result.status.state).toBe("canceled");
    expect(ofType(events, "agent.settled").map(({ state: end }) => end)).toEqual(["canceled"]);
    await agent.heartbeat.beat();
    expect(beats.at(-1)).toMatchObject({ active_tasks: 0, error_rate: 0 });
  });

  it("that has ended is refused", async () => {
    const { call } = await startFetchAgent({ onMessage: () => "done" });
    await call(sendRequest("a", { messageId: "m" }));
    expect((await call(taskRequest("tasks/cancel", "m"))).error.code).toBe(-32002);
    expect((await call(taskRequest("CancelTask", "m"))).error.code).toBe(-32002);
  });
});

describe("a handler that asks back", () => {
  const clerk = () => {
    const seen: unknown[] = [];
    const started = startFetchAgent({
      onMessage({ text, taskId, contextId }) {
        seen.push({ text, taskId, contextId });
        return text === "red" ? "Painted red." : { state: "input-required", text: "Which colour?" };
      },
    });
    return { seen, started };
  };

  it("gets the next message of the task, and ends it with an answer", async () => {
    const { seen, started } = clerk();
    const { call } = await started;
    const { result: asked } = await call(sendRequest("Paint it", { messageId: "m-1" }));
    expect(asked).toMatchObject({
      kind: "task",
      status: {
        state: "input-required",
        message: { role: "agent", parts: [{ kind: "text", text: "Which colour?" }] },
      },
    });
    const { id: taskId, contextId } = asked;
    const { result: again } = await call(sendRequest("Something", { taskId, contextId }));
    expect(again).toMatchObject({ id: taskId, contextId, status: { state: "input-required" } });
    const { result: done } = await call(sendRequest("red", { taskId, messageId: "m-3" }));
    expect(done).toMatchObject({ id: taskId, contextId, status: { state: "completed" } });
    expect(textOf({ jsonrpc: "", id: 0, result: done })).toBe("Painted red.");
    expect(seen).toEqual([
      { text: "Paint it", taskId: undefined, contextId },
      { text: "Something", taskId, contextId },
      { text: "red", taskId, contextId },
    ]);
    // Each message, when it comes again, gets the answer it had.
    expect((await call(sendRequest("Paint it", { messageId: "m-1" }))).result.status.state).toBe(
      "input-required",
    );
    expect((await call(sendRequest("red", { messageId: "m-3", taskId }))).result).toEqual(done);
    expect((await call(taskRequest("tasks/get", taskId))).result).toEqual(done);
    expect(seen).toHaveLength(3);
  });

  it("has a task that takes no message while it is worked on or once it has ended", async () => {
    const { call } = await clerk().started;
    const { result: asked } = await call(sendRequest("Paint it"));
    const taskId = asked.id;
    expect((await call(sendRequest("red", { taskId }))).result.status.state).toBe("completed");
    expect((await call(sendRequest("blue", { taskId }))).error).toMatchObject({
      code: -32004,
      data: { ran: false },
    });
    const { state, onMessage } = longWork();
    const busy = await startFetchAgent({ onMessage, answerWithinMs: 10 });
    const { result: working } = await busy.call(sendRequest("a"));
    expect((await busy.call(sendRequest("b", { taskId: working.id }))).error).toMatchObject({ code: -32004 });
    state.finish("done");
  });

  it("has a task that stays open when the answer to the question is given back", async () => {
    let isReady = false;
    const { call } = await startFetchAgent({
      onMessage({ taskId, nack }) {
        if (taskId === undefined) return { state: "input-required", text: "Which colour?" };
        return isReady ? "Painted." : nack("no paint").then(() => undefined);
      },
    });
    const { result: asked } = await call(sendRequest("Paint it"));
    const answer = sendRequest("red", { taskId: asked.id });
    expect((await call(answer)).error).toMatchObject({ code: -32603, data: { ran: false } });
    expect((await call(taskRequest("tasks/get", asked.id))).result).toEqual(asked);
    isReady = true;
    expect((await call(answer)).result).toMatchObject({ id: asked.id, status: { state: "completed" } });
  });

  it("has a task that stays canceled when the handler gives its message back then", async () => {
    const { call } = await startFetchAgent({
      answerWithinMs: 10,
      onMessage: ({ nack }, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => void nack().then(() => resolve()));
        }),
    });
    const { result: task } = await call(sendRequest("Paint it"));
    await call(taskRequest("tasks/cancel", task.id));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await call(taskRequest("tasks/get", task.id))).result.status.state).toBe("canceled");
  });

  it("has a task that can be canceled", async () => {
    const { call } = await clerk().started;
    const { result: asked } = await call(sendRequest("Paint it"));
    expect((await call(taskRequest("tasks/cancel", asked.id))).result.status.state).toBe("canceled");
    expect((await call(sendRequest("red", { taskId: asked.id }))).error.code).toBe(-32004);
  });
});
