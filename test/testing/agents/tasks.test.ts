import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAgent } from "../../../src/conformance/local-agent";
import {
  type Reply,
  script,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
  task,
} from "../../../src/testing/index";
import { send } from "../helpers/exchange";

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

const requestOf = (method: string, params: unknown) => ({ jsonrpc: "2.0", id: "rpc-2", method, params });
const answer = async (peer: TestWorkspace, method: string, params: unknown = { id: "t" }) =>
  (await send(platform, me, peer, requestOf(method, params))).json as Record<string, object>;

/** A peer that has shown what `reply` returns for a first message. */
async function peerAfterMessage(reply: Reply): Promise<TestWorkspace> {
  const peer = platform.addWorkspace({ reply });
  await send(platform, me, peer);
  return peer;
}

describe("a request about a task of a peer that is a function", () => {
  it("is answered with the task as the peer showed it last", async () => {
    const working = task("working", "half", "t");
    const peer = await peerAfterMessage(() => working);
    expect(await answer(peer, "tasks/get")).toEqual({ jsonrpc: "2.0", id: "rpc-2", result: working });
    peer.setTask(task("completed", "42", "t"));
    expect(await answer(peer, "tasks/get")).toMatchObject({ result: { status: { state: "completed" } } });
  });

  it("finds a task in the wrapper of A2A 1.0 and in a whole response", async () => {
    const result = { task: task("working", "", "t") };
    for (const shown of [result, { jsonrpc: "2.0", id: 1, result }]) {
      const peer = await peerAfterMessage(() => shown);
      expect(await answer(peer, "tasks/get")).toMatchObject({ result: { id: "t" } });
    }
  });

  it("takes the next step of a script that is the same task, until it has ended", async () => {
    const steps = [task("working", "", "t"), task("completed", "42", "t"), task("failed", "", "t")];
    const peer = await peerAfterMessage(script(steps));
    for (let time = 0; time < 2; time += 1) {
      expect(await answer(peer, "tasks/get")).toMatchObject({ result: { status: { state: "completed" } } });
    }
  });

  it("leaves the steps of a script that are no state of the task to the messages", async () => {
    const peer = await peerAfterMessage(script([task("working", "", "t"), "next"]));
    expect(await answer(peer, "tasks/get")).toMatchObject({ result: { status: { state: "working" } } });
    expect((await send(platform, me, peer)).json).toMatchObject({ result: { parts: [{ text: "next" }] } });
  });

  it("cancels a task that has not ended", async () => {
    const peer = await peerAfterMessage(() => task("input-required", "which?", "t"));
    const canceled = { result: { id: "t", status: { state: "canceled" } } };
    expect(await answer(peer, "tasks/cancel")).toMatchObject(canceled);
    expect(await answer(peer, "tasks/get")).toMatchObject(canceled);
    expect(await answer(peer, "tasks/cancel")).toMatchObject({ error: { code: -32002 } });
  });

  it.each([{ id: "other" }, {}, { id: 7 }, null])("knows no task %j", async (params) => {
    const peer = await peerAfterMessage(() => task("working", "", "t"));
    expect(await answer(peer, "tasks/get", params)).toMatchObject({ error: { code: -32001 } });
  });

  it("is no message that the peer receives", async () => {
    const peer = await peerAfterMessage(() => task("working", "", "t"));
    await answer(peer, "tasks/get");
    expect(peer.received).toHaveLength(1);
  });
});

it("forwards a request about a task to a peer with a URL", async () => {
  await using agent = await startAgent((response) => response.end('{"result":{}}'), "127.0.0.1");
  const peer = platform.addWorkspace({ url: agent.url });
  expect(await answer(peer, "tasks/get")).toEqual({ result: {} });
  expect(agent.received.map(({ body }) => JSON.parse(body))).toEqual([requestOf("tasks/get", { id: "t" })]);
});

it("stores a request about a task for a peer in poll mode, and answers that", async () => {
  const peer = platform.addWorkspace({ deliveryMode: "poll" });
  expect(await answer(peer, "tasks/get")).toEqual({
    status: "queued",
    delivery_mode: "poll",
    method: "tasks/get",
  });
});
