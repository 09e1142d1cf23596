import { task } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { rpc } from "../helpers/answer";
import { clientOfTwo, testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { OWN, PEER, SECOND } from "../helpers/ids";
import { nockPlatform } from "../helpers/nock-platform";

const get = (answer: object, taskId = "t") => {
  const client = testClient();
  platform.answerMessage(answer);
  return client.getTask(PEER, taskId);
};
const state = (name: string) => ({ body: rpc(task(name, "text", "t")) });
const rpcError = (code: number) => ({ body: { jsonrpc: "2.0", id: "r", error: { code, message: "no" } } });

const platform = nockPlatform();

describe("getting a task", () => {
  it("asks the peer with tasks/get, and says who asks", async () => {
    await get(state("completed"), "t");
    expect(platform.sent).toMatchObject([
      {
        method: "POST",
        path: `/workspaces/${PEER}/a2a`,
        body: { method: "tasks/get", params: { id: "t", metadata: { source_workspace_id: OWN } } },
      },
    ]);
  });

  it("asks from the workspace that the caller names", async () => {
    platform.answerMessage(state("working"));
    await clientOfTwo().getTask(PEER, "t", { source: SECOND });
    expect(platform.sent[0]?.headers["x-workspace-id"]).toBe(SECOND);
  });

  it.each([
    ["completed", "reply"],
    ["working", "working"],
    ["submitted", "working"],
    ["input-required", "input-required"],
    ["auth-required", "auth-required"],
  ])("resolves to the outcome of a task that is %s", async (name, kind) => {
    const outcome = await get(state(name));
    expect(outcome).toMatchObject({ kind, text: "text", taskId: "t", contextId: "t-context", attempts: 1 });
    expect(platform.envelopes()).toMatchObject([{ id: outcome.messageId }]);
  });

  it.each(["failed", "rejected", "canceled"])("rejects for a task that is %s", async (name) => {
    const error = await failureOf(get(state(name)));
    expect(error).toMatchObject({ code: "task_failed", delivery: "confirmed", retryable: false });
    expect(error.message).toContain(`it ended as ${name}: text`);
  });

  it("says what to do about a task that the peer does not know", async () => {
    const error = await failureOf(get(rpcError(-32001)));
    expect(error).toMatchObject({ code: "rpc_error", rpcCode: -32001, delivery: "maybe", retryable: false });
    expect(error.message).toContain("knows no task 't' (any more). Do not wait for it.");
  });

  it.each([-32601, -32004])("says that a peer which answers %i has no such method", async (code) => {
    const error = await failureOf(get(rpcError(code)));
    expect(error).toMatchObject({ code: "rpc_error", rpcCode: code, delivery: "not-sent" });
    expect(error.message).toContain("does not support tasks/get. Ask it about the task with a message.");
  });

  it("says that a peer in poll mode answers no request, and asks it once", async () => {
    const error = await failureOf(
      get({ body: { status: "queued", delivery_mode: "poll", method: "tasks/get" } }),
    );
    expect(error).toMatchObject({ code: "peer_unavailable", retryable: false, delivery: "not-sent" });
    expect(error.message).toContain("fetches its messages itself (poll mode)");
    expect(platform.sent).toHaveLength(1);
  });

  it("does not ask a busy peer again at once, for which the platform stores each request", async () => {
    const error = await failureOf(get({ status: 202, body: { queued: true, queue_id: "q" } }));
    expect(error).toMatchObject({ code: "peer_busy", retryable: true, retryAfterMs: 30_000 });
    expect(platform.sent).toHaveLength(1);
  });

  it.each([
    ["a connection that was lost", { error: "ECONNRESET" }],
    ["an answer that was lost", { status: 502, body: { error: "failed to read agent response" } }],
    ["a busy peer", { status: 503, body: { error: "workspace agent busy", busy: true } }],
    ["a peer that is not reached", { status: 502, body: { error: "failed to reach workspace agent" } }],
  ])("is repeated after %s", async (_, failure) => {
    platform.answerMessage(failure, state("completed"));
    expect(await testClient().getTask(PEER, "t")).toMatchObject({ kind: "reply", attempts: 2 });
  });

  it("is repeated under at-most-once too", async () => {
    platform.answerMessage({ error: "ECONNRESET" }, state("completed"));
    const client = testClient({ delivery: "at-most-once" });
    expect(await client.getTask(PEER, "t")).toMatchObject({ kind: "reply", attempts: 2 });
  });

  it.each([
    ["a peer id", ["nobody", "t"], "invalid peer_id"],
    ["an empty task id", [PEER, " "], "`taskId`"],
    ["a task id that is no text", [PEER, 7], "`taskId`"],
    ["an option", [PEER, "t", { timeoutMS: 1 }], "Did you mean `timeoutMs`?"],
    ["a source", [PEER, "t", { source: PEER }], "source"],
  ])("rejects %s that is wrong, and sends nothing", async (_, args, text) => {
    const { getTask } = testClient();
    const error = await failureOf(getTask(...(args as Parameters<typeof getTask>)));
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toContain(text);
    expect(platform.sent).toEqual([]);
  });
});
