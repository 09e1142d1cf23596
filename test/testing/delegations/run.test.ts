import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  type Reply,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import {
  delegateTask,
  delegationEvents,
  getDelegationId,
  listRows,
  settle,
  summarize,
  waitForRows,
} from "../helpers/delegations";
import { call } from "../helpers/exchange";
import { beat } from "../helpers/registry";

const NOBODY = "99999999-9999-4999-8999-999999999999";
const DENIED = "access denied: workspaces cannot communicate per hierarchy rules";
const never: Reply = () => new Promise<string>(() => undefined);
const answering = (result: object) => (): object => ({ jsonrpc: "2.0", id: 1, ...result });

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
let peer: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  me = platform.addWorkspace({ name: "Me" });
  peer = platform.addWorkspace({ name: "Peer", reply: ({ text }) => `done: ${text}` });
});
afterEach(() => platform.close());

/** The rows of a delegation to a peer with this reply. */
async function rowsAfter(reply: Reply, task = "go") {
  peer.setReply(reply);
  await delegateTask(platform, me, peer, { task });
  return waitForRows(platform, me, 2);
}

describe("the route that delegates", () => {
  it("accepts a task at once, with a new id", async () => {
    const answer = await delegateTask(platform, me, peer);
    expect(answer).toMatchObject({ status: 202, json: { status: "delegated", target_id: peer.id } });
    expect(getDelegationId(answer)).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.json).not.toHaveProperty("warning");
  });

  it.each<[string, unknown, string]>([
    ["a body that is not JSON", "oops", "invalid delegation request"],
    ["no target", { task: "x" }, "invalid delegation request"],
    ["no task", { target_id: NOBODY }, "invalid delegation request"],
    ["an empty task", { target_id: NOBODY, task: "" }, "invalid delegation request"],
    ["a task that is not a string", { target_id: NOBODY, task: 1 }, "invalid delegation request"],
    [
      "a key that is not a string",
      { target_id: NOBODY, task: "x", idempotency_key: 1 },
      "invalid delegation request",
    ],
    ["a target that is not a UUID", { target_id: "peer", task: "x" }, "target_id must be a valid UUID"],
  ])("refuses %s", async (_, body, error) => {
    const headers = { authorization: `Bearer ${me.token}` };
    const answer = await call(`${platform.url}/workspaces/${me.id}/delegate`, {
      method: "POST",
      headers,
      body,
    });
    expect(answer).toMatchObject({ status: 400, json: { error } });
    expect(await listRows(platform, me)).toEqual([]);
  });

  it("refuses a delegation to oneself", async () => {
    expect(await delegateTask(platform, me, me)).toMatchObject({
      status: 400,
      json: { error: "self-delegation not permitted" },
    });
  });

  it.each([
    ["no token", null, "missing workspace auth token"],
    ["a wrong token", "wrong", "invalid workspace auth token"],
  ])("requires the token of the source: %s", async (_, token, error) => {
    expect(await delegateTask(platform, { ...me, token }, peer)).toMatchObject({
      status: 401,
      json: { error },
    });
  });

  it("requires a token even where none is live", async () => {
    const bare = platform.addWorkspace({ token: null });
    expect((await delegateTask(platform, bare, peer)).status).toBe(401);
  });

  it("warns while tracking is off, and dispatches all the same", async () => {
    me.setDelegationTracking(false);
    const answer = await delegateTask(platform, me, peer, { idempotency_key: "k" });
    expect(answer).toMatchObject({
      status: 202,
      json: { warning: "delegation dispatched but status tracking unavailable" },
    });
    await settle();
    expect(peer.received).toHaveLength(1);
    expect(await listRows(platform, me)).toEqual([]);
  });
});

describe("an idempotency key", () => {
  const KEY = { idempotency_key: "k-1" };

  it("returns the same delegation with its current status, also a completed one", async () => {
    const first = await delegateTask(platform, me, peer, KEY);
    await waitForRows(platform, me, 2);
    const again = await delegateTask(platform, me, peer, { ...KEY, task: "another" });
    expect(again).toMatchObject({
      status: 200,
      json: {
        delegation_id: getDelegationId(first),
        status: "completed",
        target_id: peer.id,
        idempotent_hit: true,
      },
    });
    expect(peer.received).toHaveLength(1);
  });

  it("is scoped to the source", async () => {
    const other = platform.addWorkspace({});
    await delegateTask(platform, me, peer, KEY);
    expect((await delegateTask(platform, other, peer, KEY)).status).toBe(202);
  });

  it("can be used again after a failure, whose row is deleted then", async () => {
    const first = await delegateTask(platform, me, { id: NOBODY }, KEY);
    await waitForRows(platform, me, 2);
    const again = await delegateTask(platform, me, peer, KEY);
    expect(again.status).toBe(202);
    expect(getDelegationId(again)).not.toBe(getDelegationId(first));
    const rows = await waitForRows(platform, me, 3);
    expect(rows.map(summarize)).toEqual(["completed: done: count to ten", "completed", `failed: ${DENIED}`]);
  });

  it("is optional: without one the same task runs twice", async () => {
    await delegateTask(platform, me, peer);
    await delegateTask(platform, me, peer, { idempotency_key: "" });
    await waitForRows(platform, me, 4);
    expect(peer.received).toHaveLength(2);
  });
});

describe("the message to a peer", () => {
  it("has the id of the delegation, and parts with `type`", async () => {
    const id = getDelegationId(await delegateTask(platform, me, peer, { task: "sort" }));
    await waitForRows(platform, me, 2);
    expect(peer.received).toMatchObject([
      {
        from: me.id,
        text: "sort",
        messageId: id,
        body: {
          jsonrpc: "2.0",
          method: "message/send",
          params: {
            message: {
              role: "user",
              messageId: id,
              parts: [{ type: "text", text: "sort" }],
              metadata: { delegation_id: id },
            },
          },
        },
      },
    ]);
  });
});

describe("the two rows of a delegation", () => {
  it("begin with one that states its status", async () => {
    peer.setReply(never);
    const id = getDelegationId(await delegateTask(platform, me, peer));
    expect(await listRows(platform, me)).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        type: "delegation",
        source_id: me.id,
        target_id: peer.id,
        summary: `Delegating to ${peer.id}`,
        status: "dispatched",
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        delegation_id: id,
      },
    ]);
  });

  it("end with the result, before the one with its status", async () => {
    const rows = await rowsAfter(() => "ten");
    expect(rows.map(summarize)).toEqual(["completed: ten", "completed"]);
    expect(rows[0]).toMatchObject({ summary: "Delegation completed (ten)", target_id: peer.id });
    expect(rows[0]?.delegation_id).toBe(rows[1]?.delegation_id);
    expect(rows[0]?.id).not.toBe(rows[1]?.id);
  });

  it("do not state in the result which delegation failed", async () => {
    await delegateTask(platform, me, { id: NOBODY });
    const [result, delegate] = await waitForRows(platform, me, 2);
    expect(result).toMatchObject({ status: "failed", error: DENIED, summary: "Delegation failed" });
    expect(result).not.toHaveProperty("delegation_id");
    expect(delegate).toMatchObject({ status: "failed", error: DENIED, delegation_id: expect.any(String) });
  });

  const part = (text: string, sort = "kind") => ({ [sort]: "text", text });
  const RAW = '{"jsonrpc":"2.0","id":1,';
  it.each<[string, Reply, string]>([
    ["the first text part only", answering({ result: { parts: [part("a"), part("b")] } }), "a"],
    ["an artifact", answering({ result: { artifacts: [{}, { parts: [part("c")] }] } }), "c"],
    [
      "the whole response when parts have `type`",
      answering({ result: { parts: [part("d", "type")] } }),
      `${RAW}"result":{"parts":[{"type":"text","text":"d"}]}}`,
    ],
    ["the whole response of an error", answering({ error: { code: 1 } }), `${RAW}"error":{"code":1}}`],
    ["a text of exactly 300 bytes", () => "x".repeat(300), "x".repeat(300)],
    ["300 bytes of a longer text", () => "x".repeat(301), `${"x".repeat(300)}...`],
    ["a split character", () => "€".repeat(101).slice(1).padStart(101, "x"), `x${"€".repeat(99)}\ufffd...`],
  ])("preview %s", async (_, reply, preview) => {
    const [result] = await rowsAfter(reply);
    expect(result?.response_preview).toBe(preview);
  });

  it("are completed at once for an agent in poll mode", async () => {
    const poller = platform.addWorkspace({ deliveryMode: "poll" });
    await delegateTask(platform, me, poller);
    const [result] = await waitForRows(platform, me, 2);
    expect(result).toMatchObject({ status: "completed" });
    expect(result?.response_preview).toContain('"status":"queued"');
  });

  it("are not listed for anybody else", async () => {
    await rowsAfter(() => "ten");
    expect(await listRows(platform, peer)).toEqual([]);
  });
});

describe("a peer that does not accept the task", () => {
  it.each<[string, () => void, string]>([
    ["is over its budget", () => peer.setBudget(0), "workspace budget limit exceeded"],
    ["is paused", () => peer.setStatus("paused"), "workspace has no URL"],
    [
      "is hibernated",
      () => peer.setStatus("hibernated"),
      "workspace is waking from hibernation — retry in a moment",
    ],
  ])("fails the delegation at once when it %s", async (_, arrange, error) => {
    arrange();
    await delegateTask(platform, me, peer);
    expect((await waitForRows(platform, me, 2)).map(summarize)).toEqual([
      `failed: ${error}`,
      `failed: ${error}`,
    ]);
  });

  it("gets one retry after eight seconds when it was unreachable", async () => {
    peer.setUrl("ftp://127.0.0.1/");
    await delegateTask(platform, me, peer);
    await settle();
    await clock.advance(7999);
    expect((await listRows(platform, me)).map(summarize)).toEqual(["dispatched"]);
    peer.setUrl(null);
    await clock.advance(1);
    expect((await waitForRows(platform, me, 2)).map(summarize)[0]).toBe("completed: done: count to ten");
  });

  it("fails the delegation when it is unreachable twice", async () => {
    peer.setUrl("ftp://127.0.0.1/");
    await delegateTask(platform, me, peer);
    await settle();
    await clock.advance(8000);
    const error = "workspace URL is not publicly routable";
    expect((await waitForRows(platform, me, 2)).map(summarize)).toEqual([
      `failed: ${error}`,
      `failed: ${error}`,
    ]);
  });
});

describe("a busy peer", () => {
  beforeEach(async () => {
    peer.setReply(never);
    await delegateTask(platform, me, peer);
    await settle();
    await clock.advance(300_000);
    await waitForRows(platform, me, 2);
  });

  it("leaves the delegation queued, with a row instead of a result", async () => {
    const [result, delegate] = await listRows(platform, me);
    const id = delegate?.delegation_id;
    expect(delegate).toMatchObject({ status: "queued" });
    expect(result).toMatchObject({
      status: "queued",
      delegation_id: id,
      summary: "Delegation queued — target at capacity",
      response_preview: `{"queued": true, "delegation_id": "${id}"}`,
    });
  });

  it("completes only the result when it responds later", async () => {
    peer.setReply(() => "at last");
    await beat(platform, peer);
    await settle();
    const rows = await listRows(platform, me);
    expect(rows.map(summarize)).toEqual(["completed: at last", "queued"]);
    expect(rows[0]?.summary).toBe("Delegation completed (at last)");
    expect(delegationEvents(platform, me).at(-1)).toMatchObject([
      "DELEGATION_COMPLETE",
      { response_preview: "at last" },
    ]);
  });

  it("changes nothing while it stays busy", async () => {
    await beat(platform, peer);
    await settle();
    await clock.advance(300_000);
    await settle();
    expect((await listRows(platform, me)).map(({ status }) => status)).toEqual(["queued", "queued"]);
  });
});

it("emits an event for every step", async () => {
  const id = getDelegationId(await delegateTask(platform, me, peer, { task: "x".repeat(101) }));
  await waitForRows(platform, me, 2);
  const about = { delegation_id: id, target_id: peer.id };
  expect(delegationEvents(platform, me)).toEqual([
    ["DELEGATION_SENT", { ...about, task_preview: `${"x".repeat(100)}...` }],
    ["DELEGATION_STATUS", { ...about, status: "dispatched" }],
    ["DELEGATION_COMPLETE", { ...about, response_preview: `done: ${"x".repeat(101)}` }],
  ]);
  await delegateTask(platform, me, { id: NOBODY });
  await waitForRows(platform, me, 4);
  expect(delegationEvents(platform, me).at(-1)).toMatchObject([
    "DELEGATION_FAILED",
    { target_id: NOBODY, error: DENIED },
  ]);
});

it("lists the last 50 rows", async () => {
  for (let count = 0; count < 26; count += 1) await delegateTask(platform, me, peer, { task: `${count}` });
  await settle();
  const rows = await listRows(platform, me);
  expect(rows).toHaveLength(50);
  expect(rows.map(summarize)).toContain("completed: done: 25");
  expect(rows.map(summarize)).not.toContain("completed: done: 0");
});
