import { type Reply, script, task } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { until, type World, world } from "../delegation/helpers/world";
import { failureOf } from "../helpers/failure";

const ROUTE = "POST /workspaces/:id/a2a";
const working = (): Reply => () => task("working", "", "t");
const looks = ({ requests }: World) => requests("POST", "/a2a").length - 1;

/** A world in which the peer has begun the task `t`. */
async function begun(reply: Reply = working(), options: Parameters<typeof world>[0] = {}) {
  const all = await world({ reply, ...options });
  expect(await all.client.sendA2AMessage(all.peer.id, "sort")).toMatchObject({
    kind: "working",
    taskId: "t",
  });
  const wait = (more: object = {}) =>
    all.client.waitForTask(all.peer.id, "t", { pollIntervalMs: 1, ...more });
  return { ...all, wait };
}

describe("waiting for a task", () => {
  it("resolves to the reply of a task that a script finishes", async () => {
    const steps = [task("working", "", "t"), task("working", "half", "t"), task("completed", "42", "t")];
    const all = await begun(script(steps));
    expect(await all.wait()).toMatchObject({ kind: "reply", text: "42", taskId: "t" });
    expect(looks(all)).toBe(2);
    expect(all.peer.received).toHaveLength(1);
  });

  it.each(["input-required", "auth-required"])("ends when the task is %s", async (state) => {
    const all = await begun();
    const pending = all.wait();
    await until(() => looks(all) >= 2);
    all.peer.setTask(task(state, "which?", "t"));
    expect(await pending).toMatchObject({ kind: state, text: "which?" });
  });

  it("rejects when the task fails, and when the peer does not know it", async () => {
    const { wait, peer, client } = await begun();
    peer.setTask(task("failed", "no disk", "t"));
    expect((await failureOf(wait())).message).toContain("it ended as failed: no disk");
    expect(await failureOf(client.waitForTask(peer.id, "other"))).toMatchObject({ rpcCode: -32001 });
  });

  it("outlasts an outage of the platform and of the peer", async () => {
    const { wait, peer, platform } = await begun(working(), {
      retry: { maxAttempts: 1, recoveryGate: false },
    });
    peer.setTask(task("completed", "42", "t"));
    platform.fail(ROUTE, { kind: "reset" }, { times: 2 });
    platform.fail(ROUTE, { status: 500, body: { error: "down" } }, { times: 2 });
    platform.fail(ROUTE, { status: 502, body: { error: "failed to reach workspace agent" } }, { times: 2 });
    platform.fail(ROUTE, { status: 401, body: { error: "invalid workspace auth token" } }, { times: 1 });
    expect(await wait()).toMatchObject({ kind: "reply", text: "42" });
  });

  it("rejects for a peer that began to poll, and asks it once", async () => {
    const all = await begun();
    all.platform.fail(ROUTE, { status: 200, body: { status: "queued", delivery_mode: "poll" } });
    expect(await failureOf(all.wait())).toMatchObject({ code: "peer_unavailable", retryable: false });
    expect(looks(all)).toBe(1);
  });

  it("looks once more at the end, and says that the task goes on", async () => {
    const all = await begun();
    const error = await failureOf(all.wait({ timeoutMs: 200, pollIntervalMs: 10_000 }));
    expect(error).toMatchObject({ code: "timeout", delivery: "confirmed", retryable: true });
    expect(error.peerId).toBe(all.peer.id);
    expect(error.message).toContain("It goes on: wait for it again later, or cancel it");
    expect(looks(all)).toBe(2);
  });

  it("rejects with the reason of the caller's signal, and with closed", async () => {
    const { wait, client } = await begun();
    const controller = new AbortController();
    const reason = new Error("enough");
    const aborted = wait({ signal: controller.signal, pollIntervalMs: 10_000 }).catch((error) => error);
    const closed = failureOf(wait({ pollIntervalMs: 10_000 }));
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    await client.close();
    expect((await closed).code).toBe("closed");
  });

  it("checks its options before it asks", async () => {
    const all = await begun();
    const error = await failureOf(all.wait({ pollIntervalMs: 0 }));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(looks(all)).toBe(0);
  });
});

describe("a task of a scripted peer", () => {
  it("is canceled once, and then stays canceled", async () => {
    const { client, peer } = await begun();
    expect(await client.cancelTask(peer.id, "t")).toMatchObject({ kind: "reply" });
    expect(await client.cancelTask(peer.id, "t")).toMatchObject({ kind: "reply" });
    expect((await failureOf(client.getTask(peer.id, "t"))).message).toContain("it ended as canceled");
  });

  it("is not canceled once it has ended", async () => {
    const { client, peer } = await begun();
    peer.setTask(task("completed", "42", "t"));
    expect(await failureOf(client.cancelTask(peer.id, "t"))).toMatchObject({ rpcCode: -32002 });
  });

  it("is set by a test as a task only", async () => {
    const { peer } = await begun();
    expect(() => peer.setTask({ id: "t" })).toThrow("an `id` and a `status`");
  });
});
