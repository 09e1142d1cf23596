import type { Delegation } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { failureOf } from "../helpers/failure";
import { settled, type World, world } from "./helpers/world";

const ID = "d4100000-0000-4000-8000-000000000001";
const MINUTE = 60_000;

const taskOf = (state: string, rest: object = {}) => ({
  kind: "task",
  id: "task-1",
  contextId: "context-1",
  status: { state, ...rest },
});
const agentSays = (text: string) => ({
  message: { kind: "message", role: "agent", messageId: "m-1", parts: [{ kind: "text", text }] },
});
const answer = (result: unknown) => ({ jsonrpc: "2.0", id: "1", result });

/** Delegates a task to a peer with this answer. */
async function delegated(reply: string | object): Promise<World & { id: string }> {
  const all = await world({ reply: () => reply });
  const { delegationId } = await all.client.delegate(all.peer.id, "sort");
  await settled();
  return { ...all, id: delegationId };
}

/** What `getDelegation` and `waitForDelegation` say of it, which is the same. */
async function readBoth({ client }: World, id: string): Promise<Delegation> {
  const got = await client.getDelegation(id);
  expect(await client.waitForDelegation(id, { pollIntervalMs: 1 })).toEqual(got);
  return got;
}

/** A row of the platform's activity, as it is for a delegation of this id. */
function addRow({ me, peer }: World, method: "delegate" | "delegate_result", fields: object): void {
  const body = method === "delegate" ? { request_body: { task: "sort", delegation_id: ID } } : {};
  me.addActivityRow({
    activity_type: "delegation",
    method,
    source_id: me.id,
    target_id: peer.id,
    summary: `Delegating to ${peer.id}`,
    ...body,
    ...fields,
  });
}

describe("the result of a delegation", () => {
  it.each([50_000, 301, 300, 1])("of %i characters is whole", async (length) => {
    const text = "x".repeat(length);
    const all = await delegated(text);
    const found = await readBoth(all, all.id);
    expect(found).toMatchObject({ status: "completed", resultText: text, previewTruncated: length > 300 });
    expect(found.responsePreview.length).toBeLessThanOrEqual(303);
  });

  it("that is empty is an empty text and not lost", async () => {
    const all = await delegated("");
    const found = await readBoth(all, all.id);
    expect(found).toMatchObject({ status: "completed", resultText: "", error: "" });
    expect(found).not.toHaveProperty("lost");
  });

  it("is read with one request when the list shows it whole, and with two otherwise", async () => {
    for (const [text, expected] of [
      ["ten", 0],
      ["x".repeat(400), 1],
    ] as const) {
      const all = await delegated(text);
      await all.client.getDelegation(all.id);
      expect(all.requests("GET", "/delegations")).toHaveLength(1);
      expect(all.requests("GET", "/activity")).toHaveLength(expected);
    }
  });

  it("is the beginning when the platform does not give the rest", async () => {
    const all = await delegated("x".repeat(400));
    all.platform.fail("GET /workspaces/:id/activity", { status: 404, body: { error: "no" } });
    const found = await readBoth(all, all.id);
    expect(found).toMatchObject({ status: "completed", previewTruncated: true });
    expect(found).not.toHaveProperty("resultText");
  });

  it("is found when it has left the list", async () => {
    const all = await delegated("ten");
    for (let count = 0; count < 30; count += 1) await all.client.delegate(all.peer.id, "next");
    await settled();
    expect((await all.client.listDelegations()).map(({ delegationId }) => delegationId)).not.toContain(
      all.id,
    );
    expect(await all.client.getDelegation(all.id)).toMatchObject({ status: "completed", resultText: "ten" });
  });

  it("of a delegation that the platform does not know is an error that says so", async () => {
    const { client } = await world();
    const error = await failureOf(client.getDelegation(ID));
    expect(error).toMatchObject({ code: "reply_lost", delivery: "maybe" });
    expect(error.message).toContain(ID);
  });

  it("of an id that is none is refused without a request", async () => {
    const { client, platform } = await world();
    expect(await failureOf(client.getDelegation("d-1"))).toMatchObject({ code: "invalid_argument" });
    expect(platform.requests).toEqual([]);
  });
});

describe("an answer that the platform keeps as a whole JSON-RPC response", () => {
  it.each<[string, unknown, object]>([
    [
      "a failed task",
      taskOf("failed", agentSays("no disk")),
      { status: "failed", error: /ended as failed: no disk/ },
    ],
    ["a rejected task", taskOf("rejected"), { status: "failed", error: /ended as rejected/ }],
    [
      "a question of the peer",
      taskOf("input-required", agentSays("which year?")),
      {
        status: "input-required",
        resultText: undefined,
        error: /needs an answer/,
        outcome: { kind: "input-required", text: "which year?", taskId: "task-1", contextId: "context-1" },
      },
    ],
    [
      "a task that is still working",
      taskOf("working"),
      { status: "working", error: /has begun the task/, outcome: { kind: "working", taskId: "task-1" } },
    ],
    [
      "a task with its text in the status alone",
      taskOf("completed", agentSays("ten")),
      { status: "completed", resultText: "ten", responsePreview: "ten", outcome: { kind: "reply" } },
    ],
    [
      "a message of A2A 1.0",
      { message: { role: "ROLE_AGENT", messageId: "m-1", parts: [{ text: "ten" }] } },
      { status: "completed", resultText: "ten" },
    ],
    [
      "parts that say `type`",
      { role: "agent", parts: [{ type: "text", text: "ten" }] },
      { status: "completed", resultText: "ten" },
    ],
    [
      "data and no text",
      { kind: "message", role: "agent", messageId: "m-1", parts: [{ kind: "data", data: { sum: 10 } }] },
      { status: "completed", resultText: '{"sum":10}', outcome: { data: [{ sum: 10 }] } },
    ],
    [
      "a message without parts",
      { kind: "message", role: "agent", messageId: "m-1", parts: [] },
      { status: "completed", resultText: "(no response)" },
    ],
    ["a result of no known shape", 7, { status: "failed", error: /cannot be understood/ }],
  ])("is read as a send reads it: %s", async (_, result, expected) => {
    const all = await delegated(answer(result));
    const found = await readBoth(all, all.id);
    const { error, resultText, ...rest } = expected as { error?: RegExp; resultText?: string };
    expect(found).toMatchObject(rest);
    if (error !== undefined) expect(found.error).toMatch(error);
    else expect(found.error).toBe("");
    if (resultText !== undefined) expect(found.resultText).toBe(resultText);
  });

  it("is read when its preview is cut", async () => {
    const all = await delegated(answer(taskOf("failed", agentSays(`no disk ${"x".repeat(500)}`))));
    expect(await readBoth(all, all.id)).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/ended as failed: no disk/),
    });
  });

  it("is a failure for the agent's own error in plain text", async () => {
    const all = await delegated("Agent error: no credit");
    expect(await readBoth(all, all.id)).toMatchObject({
      status: "failed",
      error: expect.stringContaining("Agent error: no credit"),
    });
  });

  it("is not read into JSON that a peer gives as its text", async () => {
    for (const text of ['{"status":"failed"}', '{"queued":true}', '{"result":5}', "{"]) {
      const all = await delegated(text);
      expect(await readBoth(all, all.id)).toMatchObject({ status: "completed", resultText: text });
    }
  });

  it("may be the note that a peer fetches its messages itself", async () => {
    const all = await world();
    addRow(all, "delegate", { status: "completed" });
    const text = '{"status":"queued","delivery_mode":"poll","method":"message/send"}';
    addRow(all, "delegate_result", { status: "completed", response_body: { text, delegation_id: ID } });
    const found = await readBoth(all, ID);
    expect(found).toMatchObject({ status: "queued", outcome: { kind: "queued", deliveryMode: "poll" } });
    expect(found.error).toContain("fetches its messages itself");
  });
});

describe("a delegation that the platform has lost", () => {
  it("is completed without any result: the error says to ask the peer", async () => {
    const all = await world();
    addRow(all, "delegate", { status: "completed" });
    const found = await readBoth(all, ID);
    expect(found).toMatchObject({ status: "completed", lost: true, responsePreview: "" });
    expect(found.error).toMatch(/ask the peer/);
    expect(found.error).toContain(ID);
  });

  it("is not lost when its result is stored a moment after it is completed", async () => {
    const all: World = await world({
      fetch: async (...args) => {
        const response = await fetch(...args);
        if (all.requests("GET", "/delegations").length === 1) {
          addRow(all, "delegate_result", {
            status: "completed",
            response_body: { text: "ten", delegation_id: ID },
          });
        }
        return response;
      },
    });
    addRow(all, "delegate", { status: "completed" });
    const found = await all.client.waitForDelegation(ID, { pollIntervalMs: 1 });
    expect(found).toMatchObject({ status: "completed", resultText: "ten" });
    expect(found).not.toHaveProperty("lost");
  });

  const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();

  it.each(["pending", "dispatched"])("is %s for more than 30 minutes", async (status) => {
    const all = await world();
    addRow(all, "delegate", { status, created_at: ago(32) });
    const found = await readBoth(all, ID);
    expect(found).toMatchObject({ status: "failed", lost: true });
    expect(found.error).toMatch(/may have run it.*only a new key/s);
    expect(await all.client.listDelegations()).toMatchObject([{ status: "failed", lost: true }]);
  });

  it.each([
    ["dispatched", 29],
    ["queued", 300],
    ["in_progress", 300],
  ])("is not one that is %s for %i minutes", async (status, minutes) => {
    const all = await world();
    addRow(all, "delegate", { status, created_at: ago(minutes) });
    expect(await all.client.getDelegation(ID)).toMatchObject({ status });
  });

  it.each(["7", "1970", "yesterday", ""])("is not one whose time of creation is %j", async (created_at) => {
    const all = await world();
    all.me.addDelegationRow({ source_id: all.me.id, delegation_id: ID, status: "dispatched", created_at });
    expect(await all.client.listDelegations()).toMatchObject([{ status: "dispatched" }]);
  });

  it("is told from one that runs by the platform's clock and not by ours", async () => {
    const rows = (me: string, created_at: string) => [
      { source_id: me, delegation_id: ID, status: "dispatched", created_at },
    ];
    for (const [date, status] of [
      ["Fri, 01 May 2026 10:10:00 GMT", "dispatched"],
      ["Fri, 01 May 2026 10:40:00 GMT", "failed"],
    ] as const) {
      const all: World = await world({
        fetch: async () => Response.json(rows(all.me.id, "2026-05-01T10:00:00Z"), { headers: { date } }),
      });
      expect(await all.client.listDelegations()).toMatchObject([{ status }]);
    }
  });

  it("is said in the receipt of a repeated key", async () => {
    const all = await world({ reply: () => new Promise<string>(() => {}) });
    const { delegationId } = await all.client.delegate(all.peer.id, "sort", { idempotencyKey: "k" });
    const fresh = await all.client.delegate(all.peer.id, "sort", { idempotencyKey: "k" });
    expect(fresh).toMatchObject({ delegationId, idempotentHit: true });
    expect(fresh).not.toHaveProperty("warning");
    all.me.addDelegationRow({
      source_id: all.me.id,
      delegation_id: delegationId,
      status: "dispatched",
      created_at: ago(40),
    });
    const late = await all.client.delegate(all.peer.id, "sort", { idempotencyKey: "k" });
    expect(late).toMatchObject({
      delegationId,
      idempotentHit: true,
      warning: expect.stringMatching(/only a new key/),
    });
  });

  it("is not a stuck queued row whose result has come", async () => {
    const all = await world();
    addRow(all, "delegate", { status: "queued", created_at: ago(300) });
    addRow(all, "delegate_result", {
      status: "completed",
      response_body: { text: "ten", delegation_id: ID },
    });
    expect(await readBoth(all, ID)).toMatchObject({ status: "completed", resultText: "ten" });
  });
});
