import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  type Reply,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { asCaller, call, messageBody, send } from "../helpers/exchange";
import { beat } from "../helpers/registry";

const never: Reply = () => new Promise<string>(() => undefined);

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
let peer: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  me = platform.addWorkspace({ name: "Me" });
  peer = platform.addWorkspace({ name: "Peer", reply: never });
});
afterEach(() => platform.close());

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
};
const messageIdsOf = ({ received }: TestWorkspace) => received.map(({ messageId }) => messageId);

/** Sends messages whose dispatch times out, one after the other, and returns the responses. */
async function queue(...ids: string[]) {
  const answers = [];
  for (const id of ids) {
    const count = peer.received.length;
    const answer = send(platform, me, peer, messageBody(id, id));
    while (peer.received.length === count) await new Promise(setImmediate);
    await clock.advance(300_000);
    answers.push((await answer).json as { queue_id: string; queue_depth: number });
  }
  return answers;
}

describe("a queued message", () => {
  it("is delivered after a heartbeat with capacity, one for each heartbeat, oldest first", async () => {
    await queue("m-1", "m-2");
    peer.setReply(() => "done");
    await beat(platform, peer);
    await settle();
    expect(messageIdsOf(peer)).toEqual(["m-1", "m-2", "m-1"]);
    await beat(platform, peer);
    await beat(platform, peer);
    await settle();
    expect(messageIdsOf(peer)).toEqual(["m-1", "m-2", "m-1", "m-2"]);
    expect(peer.received.at(-1)).toMatchObject({ from: me.id, text: "m-2" });
  });

  it("stays queued while the agent has no capacity", async () => {
    await queue("m-1");
    peer.setReply(() => "done");
    await beat(platform, peer, { active_tasks: 1 });
    await settle();
    expect(peer.received).toHaveLength(1);
    await beat(platform, peer, { active_tasks: 0 });
    await settle();
    expect(peer.received).toHaveLength(2);
  });

  it("is delivered while fewer tasks than the maximum are active", async () => {
    peer = platform.addWorkspace({ reply: never, maxConcurrentTasks: 3 });
    await queue("m-1");
    peer.setReply(() => "done");
    await beat(platform, peer, { active_tasks: 3 });
    await settle();
    expect(peer.received).toHaveLength(1);
    await beat(platform, peer, { active_tasks: 2 });
    await settle();
    expect(peer.received).toHaveLength(2);
  });

  it("stays queued while the workspace is paused", async () => {
    await queue("m-1");
    peer.setReply(() => "done");
    peer.setStatus("paused");
    await beat(platform, peer);
    await settle();
    expect(peer.received).toHaveLength(1);
  });

  it("is not queued twice while it is dispatched", async () => {
    const [first] = await queue("m-1");
    await beat(platform, peer);
    await settle();
    const again = send(platform, me, peer, messageBody("m-1", "m-1"));
    while (peer.received.length < 3) await new Promise(setImmediate);
    await clock.advance(300_000);
    expect((await again).json).toMatchObject({ queue_id: first?.queue_id });
  });

  it("fails after five attempts", async () => {
    await queue("m-1");
    for (let round = 0; round < 7; round++) {
      await beat(platform, peer);
      await settle();
      await clock.advance(300_000);
      await settle();
    }
    expect(peer.received).toHaveLength(1 + 5);
    peer.setReply(() => "done");
    const [later] = [await send(platform, me, peer, messageBody("x", "m-2"))];
    expect(later?.status).toBe(200);
  });

  it("is lost in 2026-04 when the agent is busy again", async () => {
    await platform.close();
    platform = await startPlatform({ clock, version: "2026-04" });
    me = platform.addWorkspace({});
    peer = platform.addWorkspace({ reply: never });
    await queue("m-1");
    for (let round = 0; round < 3; round++) {
      await beat(platform, peer);
      await settle();
      await clock.advance(300_000);
      await settle();
    }
    expect(peer.received).toHaveLength(1 + 1);
  });

  it("is not created for an agent with the capability `session`", async () => {
    await beat(platform, peer, { runtime_metadata: { capabilities: { session: true } } });
    const answer = send(platform, me, peer);
    while (peer.received.length === 0) await new Promise(setImmediate);
    await clock.advance(300_000);
    expect(await answer).toMatchObject({
      status: 503,
      headers: { "retry-after": "30" },
      json: {
        error: "workspace agent busy — adapter handles retry (native_session)",
        busy: true,
        retry_after: 30,
        native_session: true,
      },
    });
  });
});

describe("the status of a queued message", () => {
  const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00$/);
  const ask = (queueId: string | undefined, who: TestWorkspace, target = peer) =>
    call(`${platform.url}/workspaces/${target.id}/a2a/queue/${queueId}`, { headers: asCaller(who) });

  it("is returned to its sender and its target, with the response once there is one", async () => {
    const [first] = await queue("m-1");
    expect(await ask(first?.queue_id, me)).toMatchObject({
      status: 200,
      json: {
        queue_id: first?.queue_id,
        workspace_id: peer.id,
        status: "queued",
        priority: 50,
        attempts: 0,
        enqueued_at: TIME,
      },
    });
    peer.setReply(() => ({ jsonrpc: "2.0", result: "done" }));
    await beat(platform, peer);
    await settle();
    const { json } = await ask(first?.queue_id, peer);
    expect(json).toEqual({
      queue_id: first?.queue_id,
      workspace_id: peer.id,
      status: "completed",
      priority: 50,
      attempts: 1,
      enqueued_at: TIME,
      dispatched_at: TIME,
      completed_at: TIME,
      response_body: { jsonrpc: "2.0", result: "done" },
    });
  });

  it("is `failed` after five attempts", async () => {
    const [first] = await queue("m-1");
    for (let round = 0; round < 5; round++) {
      await beat(platform, peer);
      await settle();
      expect((await ask(first?.queue_id, me)).json).toMatchObject({ status: "dispatched" });
      await clock.advance(300_000);
      await settle();
    }
    expect((await ask(first?.queue_id, me)).json).toMatchObject({
      status: "failed",
      attempts: 5,
      last_error: "the agent was lost",
    });
  });

  it("is 404 for everybody else", async () => {
    const [first] = await queue("m-1");
    const other = platform.addWorkspace({});
    const unknown = { status: 404, json: { error: "queue item not found" } };
    expect(await ask(first?.queue_id, other)).toMatchObject(unknown);
    expect(await ask(first?.queue_id, { ...me, token: null })).toMatchObject(unknown);
    expect(await ask(first?.queue_id, me, other)).toMatchObject(unknown);
    expect(await ask("99999999-9999-4999-8999-999999999999", me)).toMatchObject(unknown);
  });

  it("is 404 in 2026-04", async () => {
    await platform.close();
    platform = await startPlatform({ clock, version: "2026-04" });
    me = platform.addWorkspace({});
    peer = platform.addWorkspace({ reply: never });
    const [first] = await queue("m-1");
    expect(await ask(first?.queue_id, me)).toMatchObject({ status: 404, text: "404 page not found" });
  });

  it("stays `queued` after its expiry", async () => {
    const body = messageBody("late", "m-1");
    const answer = send(platform, me, peer, { ...body, params: { ...body.params, expires_in_seconds: 60 } });
    while (peer.received.length === 0) await new Promise(setImmediate);
    await clock.advance(300_000);
    const { queue_id } = (await answer).json as { queue_id: string };
    await clock.advance(59_999);
    expect((await ask(queue_id, me)).json).toMatchObject({ status: "queued", expires_at: TIME });
    await clock.advance(1);
    peer.setReply(() => "done");
    await beat(platform, peer);
    await settle();
    expect(peer.received).toHaveLength(1);
  });
});

describe("the idle timeout of an agent", () => {
  async function sending(from: TestWorkspace | null = me) {
    const count = peer.received.length;
    let isOver = false;
    const answer = send(platform, from, peer);
    const end = () => {
      isOver = true;
    };
    answer.then(end, end);
    while (peer.received.length === count) await new Promise(setImmediate);
    return { answer, isOver: () => settle().then(() => isOver) };
  }

  it("is the one in its last heartbeat, else the default", async () => {
    await beat(platform, peer, { runtime_metadata: { idle_timeout_seconds: 600 } });
    const patient = await sending();
    await clock.advance(599_999);
    expect(await patient.isOver()).toBe(false);
    await clock.advance(1);
    expect(await patient.answer).toMatchObject({ status: 202 });
    // Without capacity it gets nothing from the queue.
    await beat(platform, peer, { active_tasks: 1 });
    const usual = await sending();
    await clock.advance(300_000);
    expect((await usual.answer).status).toBe(202);
  });

  it("restarts with every event of the agent", async () => {
    const { answer, isOver } = await sending();
    for (let round = 0; round < 4; round++) {
      await clock.advance(299_000);
      await beat(platform, peer, { active_tasks: 1 });
    }
    await beat(platform, me);
    await clock.advance(299_999);
    expect(await isOver()).toBe(false);
    await clock.advance(1);
    expect((await answer).status).toBe(202);
  });

  it("has no maximum for a caller with a deadline, whose message is not queued after that", async () => {
    const url = `${platform.url}/workspaces/${peer.id}/a2a`;
    const headers = { ...asCaller(me), "x-timeout": "5" };
    const answer = call(url, { method: "POST", headers, body: messageBody() });
    while (peer.received.length === 0) await new Promise(setImmediate);
    for (let minutes = 0; minutes < 32; minutes += 2) {
      await clock.advance(120_000);
      await beat(platform, peer, { active_tasks: 1 });
    }
    await clock.advance(300_000);
    const refused = await answer;
    expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "30" } });
    expect(refused.json).toEqual({
      error: "workspace agent busy — retry after a short backoff",
      busy: true,
      retry_after: 30,
    });
  });

  it.each(["0", "soon", "-5", "1.5"])("ignores the deadline %s, which is invalid", async (timeout) => {
    const url = `${platform.url}/workspaces/${peer.id}/a2a`;
    const headers = { ...asCaller(me), "x-timeout": timeout };
    const answer = call(url, { method: "POST", headers, body: messageBody() });
    while (peer.received.length === 0) await new Promise(setImmediate);
    await clock.advance(300_000);
    expect((await answer).status).toBe(202);
  });

  it("ends after 30 minutes at most for a workspace, and never for a human", async () => {
    const agent = await sending();
    const human = await sending(null);
    for (let minutes = 0; minutes < 30; minutes += 2) {
      expect(await agent.isOver()).toBe(false);
      await clock.advance(120_000);
      await beat(platform, peer, { active_tasks: 1 });
    }
    expect((await agent.answer).status).toBe(202);
    expect(await human.isOver()).toBe(false);
  });
});
