import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ManualClock,
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { requestAs } from "../helpers/delegations";
import { messageBody, send } from "../helpers/exchange";
import { beat } from "../helpers/registry";

const NOBODY = "99999999-9999-4999-8999-999999999999";

let clock: ManualClock;
let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  clock = manualClock();
  platform = await startPlatform({ clock });
  me = platform.addWorkspace({ name: "Me", deliveryMode: "poll" });
});
afterEach(() => platform.close());

interface Row {
  id: string;
  summary: string | null;
  created_at: string;
}

const report = (fields: object, who = me) =>
  requestAs(platform, who, "POST", "/activity", { activity_type: "agent_log", ...fields });
const query = (parameters: string) => requestAs(platform, me, "GET", `/activity?${parameters}`);
const rows = async (parameters = "") => (await query(parameters)).json as Row[];
const summaries = async (parameters = "") => (await rows(parameters)).map(({ summary }) => summary);

describe("a message to the human", () => {
  it("is stored, emitted, and logged as received without a source", async () => {
    expect(await requestAs(platform, me, "POST", "/notify", { message: "done", type: "x" })).toMatchObject({
      status: 200,
      json: { status: "sent" },
    });
    expect(me.notifications).toEqual(["done"]);
    expect(platform.events.at(-1)).toEqual({
      type: "AGENT_MESSAGE",
      workspaceId: me.id,
      payload: { message: "done", workspace_id: me.id, name: "Me" },
    });
    expect(await rows("type=a2a_receive&source=canvas")).toMatchObject([
      { method: "notify", source_id: null, response_body: { result: "done" }, status: "ok" },
    ]);
  });

  it("is stored each time it is sent", async () => {
    for (let count = 0; count < 2; count += 1)
      await requestAs(platform, me, "POST", "/notify", { message: "hi" });
    expect(me.notifications).toEqual(["hi", "hi"]);
  });

  it("may have attachments", async () => {
    const attachments = [{ uri: "workspace:/a", name: "a", size: 1 }];
    await requestAs(platform, me, "POST", "/notify", { message: "look", attachments });
    expect(platform.events.at(-1)?.payload).toMatchObject({ attachments });
  });

  it.each<[unknown, string]>([
    ["oops", "message is required"],
    [{ type: "x" }, "message is required"],
    [{ message: "" }, "message is required"],
    [{ message: 1 }, "message is required"],
    [
      { message: "x", attachments: [{ uri: "u", name: "n" }, { uri: "u" }] },
      "attachment[1]: uri and name are required",
    ],
  ])("is refused with %j", async (body, error) => {
    expect(await requestAs(platform, me, "POST", "/notify", body)).toMatchObject({
      status: 400,
      json: { error },
    });
    expect(me.notifications).toEqual([]);
  });

  it("is refused for a removed workspace", async () => {
    await platform.close();
    platform = await startPlatform({ adminToken: "operator" });
    const gone = platform.addWorkspace({ status: "removed" });
    const answer = await requestAs(platform, { ...gone, token: "operator" }, "POST", "/notify", {
      message: "x",
    });
    expect(answer).toMatchObject({ status: 404, json: { error: "workspace not found" } });
  });
});

describe("what an agent reports", () => {
  it("is appended as a row", async () => {
    const fields = { method: "m", summary: "s", target_id: NOBODY, duration_ms: 5, request_body: { a: 1 } };
    expect(await report(fields)).toMatchObject({ status: 200, json: { status: "logged" } });
    expect(await rows()).toEqual([
      {
        id: expect.any(String),
        workspace_id: me.id,
        activity_type: "agent_log",
        source_id: me.id,
        status: "ok",
        error_detail: null,
        created_at: expect.any(String),
        ...fields,
      },
    ]);
  });

  it("keeps `metadata` only where there is no `request_body`", async () => {
    await report({ metadata: 1 });
    await report({ metadata: 1, request_body: 2 });
    expect(await rows()).toMatchObject([{ request_body: 2 }, { request_body: 1 }]);
  });

  it.each([
    [{ activity_type: undefined }, 400, /^invalid request body$/],
    [{ duration_ms: 1.5 }, 400, /^invalid request body$/],
    [{ activity_type: "delegation" }, 400, /^invalid activity_type, must be one of: a2a_send, /],
    [{ source_id: NOBODY }, 403, /^source_id must match authenticated workspace$/],
  ])("is refused with %j", async (fields, status, error) => {
    expect(await report(fields)).toMatchObject({ status, json: { error: expect.stringMatching(error) } });
  });
});

describe("the list of activity", () => {
  beforeEach(async () => {
    for (const summary of ["one", "two", "three"]) await report({ summary });
  });

  it("has the workspace's own rows, newest first", async () => {
    await report({ summary: "theirs" }, platform.addWorkspace({}));
    expect(await summaries()).toEqual(["three", "two", "one"]);
  });

  it("has the messages to an agent in poll mode, with their bodies", async () => {
    const peer = platform.addWorkspace({});
    await send(platform, peer, me, messageBody("ping"));
    expect(await rows("type=a2a_receive&source=agent")).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        workspace_id: me.id,
        activity_type: "a2a_receive",
        source_id: peer.id,
        target_id: me.id,
        method: "message/send",
        summary: "message/send → Me (queued for poll)",
        status: "ok",
        duration_ms: null,
        error_detail: null,
        created_at: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
        request_body: messageBody("ping"),
      },
    ]);
  });

  it("has the messages of humans, also without a method", async () => {
    await send(platform, null, me, { jsonrpc: "2.0" });
    expect(await rows("type=a2a_receive&source=canvas")).toMatchObject([{ source_id: null, method: "" }]);
  });

  it("is filtered by type and source", async () => {
    await requestAs(platform, me, "POST", "/notify", { message: "hi" });
    expect(await summaries("type=agent_log")).toHaveLength(3);
    expect(await summaries("type=unknown")).toEqual([]);
    expect(await summaries("source=canvas")).toEqual(["Agent message: hi"]);
    expect(await summaries("source=agent")).toHaveLength(3);
  });

  it.each([
    ["2", 2],
    ["0", 3],
    ["x", 3],
    ["9999", 3],
  ])("has the length of `limit` %s", async (limit, count) => {
    expect(await summaries(`limit=${limit}`)).toHaveLength(count);
  });

  it("has 100 rows by default", async () => {
    for (let count = 0; count < 100; count += 1) await report({});
    expect(await rows()).toHaveLength(100);
    expect(await rows("limit=500")).toHaveLength(103);
  });

  it("continues after a cursor, oldest first", async () => {
    const [three, two, one] = await rows();
    expect(await summaries(`since_id=${one?.id}`)).toEqual(["two", "three"]);
    expect(await summaries(`since_id=${two?.id}&limit=1`)).toEqual(["three"]);
    expect(await summaries(`since_id=${three?.id}`)).toEqual([]);
  });

  it("is filtered by an upper time", async () => {
    const [, two] = await rows();
    expect(await summaries(`before_ts=${two?.created_at}`)).toEqual(["one"]);
  });

  it("is filtered by age, also after a cursor", async () => {
    const [three] = await rows();
    await clock.advance(10_000);
    await report({ summary: "four" });
    expect(await summaries("since_secs=9")).toEqual(["four"]);
    expect(await summaries("since_secs=10")).toEqual(["four", "three", "two", "one"]);
    expect(await summaries("since_secs=99999999999")).toHaveLength(4);
    expect(await summaries(`since_secs=9&since_id=${three?.id}`)).toEqual(["four"]);
  });

  it("is filtered by peer, as source or as target", async () => {
    const peer = platform.addWorkspace({});
    await send(platform, peer, me);
    await report({ summary: "to it", target_id: peer.id });
    expect(await summaries(`peer_id=${peer.id.toUpperCase()}`)).toEqual([
      "to it",
      "message/send → Me (queued for poll)",
    ]);
  });

  const CURSOR =
    "since_id cursor not found (row may have been pruned or belongs to a different workspace); omit since_id to reset";
  it.each([
    ["source=x", 400, "source must be 'canvas' or 'agent'"],
    ["since_secs=0", 400, "since_secs must be a positive integer"],
    ["since_secs=1.5", 400, "since_secs must be a positive integer"],
    ["before_ts=yesterday", 400, "before_ts must be an RFC3339 timestamp (e.g. 2026-05-01T00:00:00Z)"],
    ["peer_id=x", 400, "peer_id must be a UUID"],
    ["since_id=x", 500, "cursor lookup failed"],
    [`since_id=${NOBODY}`, 410, CURSOR],
  ])("is refused with %s", async (parameters, status, error) => {
    expect(await query(parameters)).toMatchObject({ status, json: { error } });
  });

  it("does not accept the row of another workspace as a cursor", async () => {
    const other = platform.addWorkspace({});
    await report({}, other);
    const [row] = (await requestAs(platform, other, "GET", "/activity")).json as Row[];
    expect((await query(`since_id=${row?.id}`)).status).toBe(410);
  });
});

describe("a message that was dispatched to an agent", () => {
  const refusal = { jsonrpc: "2.0", id: 1, error: { code: -32603, message: "no" } };

  it("is a row of the agent's activity, with response and duration", async () => {
    const peer = platform.addWorkspace({
      name: "Peer",
      reply: async () => {
        await clock.advance(250);
        return refusal;
      },
    });
    await send(platform, me, peer, messageBody("hello"));
    expect((await requestAs(platform, peer, "GET", "/activity")).json).toMatchObject([
      {
        activity_type: "a2a_receive",
        source_id: me.id,
        target_id: peer.id,
        method: "message/send",
        summary: "message/send → Peer",
        duration_ms: 250,
        status: "ok",
        error_detail: null,
        request_body: messageBody("hello"),
        response_body: refusal,
      },
    ]);
    expect(await rows()).toEqual([]);
    expect(platform.events.map(({ type }) => type)).toEqual(["ACTIVITY_LOGGED"]);
  });

  it("has the tools that the agent reports", async () => {
    const tool_trace = [{ tool: "search", input: "x", output_preview: "y" }];
    const peer = platform.addWorkspace({ reply: () => ({ parts: [], metadata: { tool_trace } }) });
    await send(platform, me, peer);
    expect((await requestAs(platform, peer, "GET", "/activity")).json).toMatchObject([{ tool_trace }]);
  });

  it("is an error where the agent is unreachable", async () => {
    const peer = platform.addWorkspace({ url: "http://127.0.0.1:1/" });
    await send(platform, me, peer);
    expect((await requestAs(platform, peer, "GET", "/activity")).json).toMatchObject([
      { status: "error", error_detail: "the agent was not reached" },
    ]);
  });

  it("of a human is emitted with its response", async () => {
    const peer = platform.addWorkspace({ reply: () => refusal });
    await send(platform, null, peer);
    expect(platform.events).toEqual([
      expect.objectContaining({ type: "ACTIVITY_LOGGED" }),
      {
        type: "A2A_RESPONSE",
        workspaceId: peer.id,
        payload: { method: "message/send", duration_ms: 0, response_body: refusal },
      },
    ]);
  });

  it("is logged once, also when it is delivered from the queue", async () => {
    const never = () => new Promise<string>(() => undefined);
    const peer = platform.addWorkspace({ reply: never });
    const answer = send(platform, me, peer);
    while (peer.received.length === 0) await new Promise(setImmediate);
    await clock.advance(300_000);
    expect((await answer).status).toBe(202);
    peer.setReply(() => "done");
    await beat(platform, peer);
    while (peer.received.length < 2) await new Promise(setImmediate);
    expect((await requestAs(platform, peer, "GET", "/activity")).json).toMatchObject([
      { status: "error", error_detail: "the agent did not answer", duration_ms: 300_000 },
    ]);
  });
});

it("ignores cursors and times in 2026-04", async () => {
  await platform.close();
  platform = await startPlatform({ clock, version: "2026-04" });
  me = platform.addWorkspace({});
  await report({ summary: "one" });
  await report({ summary: "two" });
  const ignored = `since_id=${NOBODY}&since_secs=x&before_ts=x&peer_id=x`;
  expect(await summaries(ignored)).toEqual(["two", "one"]);
});
