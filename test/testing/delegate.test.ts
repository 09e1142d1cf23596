import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  type Reply,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../src/testing/index";
import { gistOf, handOut, idIn, rowsOf, rowsWhen, settled, toldOf } from "./helpers/delegations";
import { call } from "./helpers/exchange";
import { beat } from "./helpers/registry";

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

/** The rows of a task for a peer that answers like this. */
async function rowsAfter(reply: Reply, task = "go") {
  peer.setReply(reply);
  await handOut(platform, me, peer, { task });
  return rowsWhen(platform, me, 2);
}

describe("the route that hands work out", () => {
  it("takes it over at once, under an id of its own", async () => {
    const answer = await handOut(platform, me, peer);
    expect(answer).toMatchObject({ status: 202, json: { status: "delegated", target_id: peer.id } });
    expect(idIn(answer)).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.json).not.toHaveProperty("warning");
  });

  it.each<[string, unknown, string]>([
    ["no JSON", "oops", "invalid delegation request"],
    ["no target", { task: "x" }, "invalid delegation request"],
    ["no task", { target_id: NOBODY }, "invalid delegation request"],
    ["an empty task", { target_id: NOBODY, task: "" }, "invalid delegation request"],
    ["a task that is no text", { target_id: NOBODY, task: 1 }, "invalid delegation request"],
    [
      "a key that is no text",
      { target_id: NOBODY, task: "x", idempotency_key: 1 },
      "invalid delegation request",
    ],
    ["a target that is no UUID", { target_id: "peer", task: "x" }, "target_id must be a valid UUID"],
  ])("refuses %s", async (_, body, error) => {
    const headers = { authorization: `Bearer ${me.token}` };
    const answer = await call(`${platform.url}/workspaces/${me.id}/delegate`, {
      method: "POST",
      headers,
      body,
    });
    expect(answer).toMatchObject({ status: 400, json: { error } });
    expect(await rowsOf(platform, me)).toEqual([]);
  });

  it("refuses work for oneself", async () => {
    expect(await handOut(platform, me, me)).toMatchObject({
      status: 400,
      json: { error: "self-delegation not permitted" },
    });
  });

  it.each([
    ["no token", null, "missing workspace auth token"],
    ["a wrong token", "wrong", "invalid workspace auth token"],
  ])("asks for the token of the source: %s", async (_, token, error) => {
    expect(await handOut(platform, { ...me, token }, peer)).toMatchObject({ status: 401, json: { error } });
  });

  it("asks for a token even where none is live", async () => {
    const bare = platform.addWorkspace({ token: null });
    expect((await handOut(platform, bare, peer)).status).toBe(401);
  });

  it("warns where no row can be kept, and the work is done all the same", async () => {
    me.setDelegationTracking(false);
    const answer = await handOut(platform, me, peer, { idempotency_key: "k" });
    expect(answer).toMatchObject({
      status: 202,
      json: { warning: "delegation dispatched but status tracking unavailable" },
    });
    await settled();
    expect(peer.received).toHaveLength(1);
    expect(await rowsOf(platform, me)).toEqual([]);
  });
});

describe("an idempotency key", () => {
  const KEY = { idempotency_key: "k-1" };

  it("brings the same delegation again, as it is by now, also a completed one", async () => {
    const first = await handOut(platform, me, peer, KEY);
    await rowsWhen(platform, me, 2);
    const again = await handOut(platform, me, peer, { ...KEY, task: "another" });
    expect(again).toMatchObject({
      status: 200,
      json: {
        delegation_id: idIn(first),
        status: "completed",
        target_id: peer.id,
        idempotent_hit: true,
      },
    });
    expect(peer.received).toHaveLength(1);
  });

  it("is the source's own", async () => {
    const other = platform.addWorkspace({});
    await handOut(platform, me, peer, KEY);
    expect((await handOut(platform, other, peer, KEY)).status).toBe(202);
  });

  it("is given back by a delegation that failed, whose row is gone then", async () => {
    const first = await handOut(platform, me, { id: NOBODY }, KEY);
    await rowsWhen(platform, me, 2);
    const again = await handOut(platform, me, peer, KEY);
    expect(again.status).toBe(202);
    expect(idIn(again)).not.toBe(idIn(first));
    const rows = await rowsWhen(platform, me, 3);
    expect(rows.map(gistOf)).toEqual(["completed: done: count to ten", "completed", `failed: ${DENIED}`]);
  });

  it("counts only when it is there: without one the same work is done twice", async () => {
    await handOut(platform, me, peer);
    await handOut(platform, me, peer, { idempotency_key: "" });
    await rowsWhen(platform, me, 4);
    expect(peer.received).toHaveLength(2);
  });
});

describe("the message a peer is given", () => {
  it("carries the id of the delegation, and parts that say `type`", async () => {
    const id = idIn(await handOut(platform, me, peer, { task: "sort" }));
    await rowsWhen(platform, me, 2);
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
  it("begin with one that follows it", async () => {
    peer.setReply(never);
    const id = idIn(await handOut(platform, me, peer));
    expect(await rowsOf(platform, me)).toEqual([
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

  it("end with the result, in front of the one that followed it", async () => {
    const rows = await rowsAfter(() => "ten");
    expect(rows.map(gistOf)).toEqual(["completed: ten", "completed"]);
    expect(rows[0]).toMatchObject({ summary: "Delegation completed (ten)", target_id: peer.id });
    expect(rows[0]?.delegation_id).toBe(rows[1]?.delegation_id);
    expect(rows[0]?.id).not.toBe(rows[1]?.id);
  });

  it("do not say in the result which delegation failed", async () => {
    await handOut(platform, me, { id: NOBODY });
    const [result, delegate] = await rowsWhen(platform, me, 2);
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
      "the whole answer when parts say `type`",
      answering({ result: { parts: [part("d", "type")] } }),
      `${RAW}"result":{"parts":[{"type":"text","text":"d"}]}}`,
    ],
    ["the whole answer of an error", answering({ error: { code: 1 } }), `${RAW}"error":{"code":1}}`],
    ["what is exactly 300 bytes", () => "x".repeat(300), "x".repeat(300)],
    ["300 bytes of what is longer", () => "x".repeat(301), `${"x".repeat(300)}...`],
    [
      "a part of a character",
      () => "€".repeat(101).slice(1).padStart(101, "x"),
      `x${"€".repeat(99)}\ufffd...`,
    ],
  ])("preview %s", async (_, reply, preview) => {
    const [result] = await rowsAfter(reply);
    expect(result?.response_preview).toBe(preview);
  });

  it("name an agent that fetches its messages as if it had answered", async () => {
    const poller = platform.addWorkspace({ deliveryMode: "poll" });
    await handOut(platform, me, poller);
    const [result] = await rowsWhen(platform, me, 2);
    expect(result).toMatchObject({ status: "completed" });
    expect(result?.response_preview).toContain('"status":"queued"');
  });

  it("are shown to nobody else", async () => {
    await rowsAfter(() => "ten");
    expect(await rowsOf(platform, peer)).toEqual([]);
  });
});

describe("a peer that does not take the work", () => {
  it.each<[string, () => void, string]>([
    ["is over its budget", () => peer.setBudget(0), "workspace budget limit exceeded"],
    ["is paused", () => peer.setStatus("paused"), "workspace has no URL"],
    [
      "sleeps",
      () => peer.setStatus("hibernated"),
      "workspace is waking from hibernation — retry in a moment",
    ],
  ])("fails it at once when it %s", async (_, arrange, error) => {
    arrange();
    await handOut(platform, me, peer);
    expect((await rowsWhen(platform, me, 2)).map(gistOf)).toEqual([`failed: ${error}`, `failed: ${error}`]);
  });

  it("is tried once more after eight seconds when it was not reached", async () => {
    peer.setUrl("ftp://127.0.0.1/");
    await handOut(platform, me, peer);
    await settled();
    await clock.advance(7999);
    expect((await rowsOf(platform, me)).map(gistOf)).toEqual(["dispatched"]);
    peer.setUrl(null);
    await clock.advance(1);
    expect((await rowsWhen(platform, me, 2)).map(gistOf)[0]).toBe("completed: done: count to ten");
  });

  it("fails it when it is not reached twice", async () => {
    peer.setUrl("ftp://127.0.0.1/");
    await handOut(platform, me, peer);
    await settled();
    await clock.advance(8000);
    const error = "workspace URL is not publicly routable";
    expect((await rowsWhen(platform, me, 2)).map(gistOf)).toEqual([`failed: ${error}`, `failed: ${error}`]);
  });
});

describe("a busy peer", () => {
  beforeEach(async () => {
    peer.setReply(never);
    await handOut(platform, me, peer);
    await settled();
    await clock.advance(300_000);
    await rowsWhen(platform, me, 2);
  });

  it("keeps it waiting, with a note in place of a result", async () => {
    const [result, delegate] = await rowsOf(platform, me);
    const id = delegate?.delegation_id;
    expect(delegate).toMatchObject({ status: "queued" });
    expect(result).toMatchObject({
      status: "queued",
      delegation_id: id,
      summary: "Delegation queued — target at capacity",
      response_preview: `{"queued": true, "delegation_id": "${id}"}`,
    });
  });

  it("completes only the result when it answers after all", async () => {
    peer.setReply(() => "at last");
    await beat(platform, peer);
    await settled();
    const rows = await rowsOf(platform, me);
    expect(rows.map(gistOf)).toEqual(["completed: at last", "queued"]);
    expect(rows[0]?.summary).toBe("Delegation completed (at last)");
    expect(toldOf(platform, me).at(-1)).toMatchObject([
      "DELEGATION_COMPLETE",
      { response_preview: "at last" },
    ]);
  });

  it("leaves everything as it is while it stays busy", async () => {
    await beat(platform, peer);
    await settled();
    await clock.advance(300_000);
    await settled();
    expect((await rowsOf(platform, me)).map(({ status }) => status)).toEqual(["queued", "queued"]);
  });
});

it("tells the source of every step", async () => {
  const id = idIn(await handOut(platform, me, peer, { task: "x".repeat(101) }));
  await rowsWhen(platform, me, 2);
  const about = { delegation_id: id, target_id: peer.id };
  expect(toldOf(platform, me)).toEqual([
    ["DELEGATION_SENT", { ...about, task_preview: `${"x".repeat(100)}...` }],
    ["DELEGATION_STATUS", { ...about, status: "dispatched" }],
    ["DELEGATION_COMPLETE", { ...about, response_preview: `done: ${"x".repeat(101)}` }],
  ]);
  await handOut(platform, me, { id: NOBODY });
  await rowsWhen(platform, me, 4);
  expect(toldOf(platform, me).at(-1)).toMatchObject([
    "DELEGATION_FAILED",
    { target_id: NOBODY, error: DENIED },
  ]);
});

it("lists no more than the last 50 rows", async () => {
  for (let count = 0; count < 26; count += 1) await handOut(platform, me, peer, { task: `${count}` });
  await settled();
  const rows = await rowsOf(platform, me);
  expect(rows).toHaveLength(50);
  expect(rows.map(gistOf)).toContain("completed: done: 25");
  expect(rows.map(gistOf)).not.toContain("completed: done: 0");
});
