import { task } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { rpc } from "../helpers/answer";
import { testClient } from "../helpers/client";
import { failureOf } from "../helpers/failure";
import { PEER } from "../helpers/ids";
import { nockPlatform } from "../helpers/nock-platform";

const platform = nockPlatform();
const state = (name: string, text = "") => ({ body: rpc(task(name, text, "t")) });
const refused = (code = -32002) => ({ body: { jsonrpc: "2.0", id: "r", error: { code, message: "no" } } });
const methods = () => platform.envelopes().map(({ method }) => method);

describe("cancelling a task", () => {
  it("resolves once the task is canceled", async () => {
    platform.answerMessage(state("canceled"));
    const outcome = await testClient().cancelTask(PEER, "t");
    expect(outcome).toMatchObject({ kind: "reply", text: "The task t is canceled.", taskId: "t" });
    expect(methods()).toEqual(["tasks/cancel"]);
  });

  it("has what the peer says about it", async () => {
    platform.answerMessage(state("canceled", "stopped at 40 %"));
    expect(await testClient().cancelTask(PEER, "t")).toMatchObject({ text: "stopped at 40 %" });
  });

  it("looks at a task that the peer refuses to cancel, and resolves when it was canceled before", async () => {
    platform.answerMessage({ error: "ECONNRESET" }, refused(), state("canceled"));
    expect(await testClient().cancelTask(PEER, "t")).toMatchObject({ kind: "reply", taskId: "t" });
    expect(methods().slice(-2)).toEqual(["tasks/cancel", "tasks/get"]);
  });

  it.each([
    ["has completed", state("completed", "42")],
    ["cannot be read", refused(-32603)],
  ])("rejects with the refusal when the task %s", async (_, look) => {
    platform.answerMessage(refused(), look);
    const error = await failureOf(testClient().cancelTask(PEER, "t"));
    expect(error).toMatchObject({ code: "rpc_error", rpcCode: -32002, delivery: "confirmed" });
    expect(error.message).toContain("cannot cancel task 't'");
    expect(error.message).toContain("read how with getTask");
  });

  it("resolves to a task that is still being canceled, or that ended first", async () => {
    platform.answerMessage(state("working"), state("completed", "42"));
    expect(await testClient().cancelTask(PEER, "t")).toMatchObject({ kind: "working" });
    expect(await testClient().cancelTask(PEER, "t")).toMatchObject({ kind: "reply", text: "42" });
  });

  it("says that the peer does not know the task", async () => {
    platform.answerMessage(refused(-32001));
    expect(await failureOf(testClient().cancelTask(PEER, "t"))).toMatchObject({ rpcCode: -32001 });
  });

  it("says that a busy peer gets the request later", async () => {
    platform.answerMessage({ status: 202, body: { queued: true, queue_id: "q" } });
    const error = await failureOf(testClient().cancelTask(PEER, "t"));
    expect(error.code).toBe("peer_busy");
    expect(error.message).toContain("gets the request when it is free");
  });
});
