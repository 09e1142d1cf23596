import { describe, expect, it } from "vitest";
import { failureOf } from "../helpers/failure";
import { settled, until, world } from "./helpers/world";

const ID = "d4100000-0000-4000-8000-000000000001";
const OTHER = "d4100000-0000-4000-8000-000000000002";
const STRANGER = "deadbeef-0000-4000-8000-00000000beef";
const TARGET = "2f6a0d1e-77b1-4c3e-8a55-9d1c3e5f7a90";
const EARLY = "2026-04-27T10:00:00.02Z";
const LATE = "2026-04-27T10:00:09.51Z";

/** What the client makes of these rows, listed newest first; the source is filled in. */
async function listed(...rows: object[]) {
  const { client, me } = await world();
  for (const row of [...rows].reverse()) {
    me.addDelegationRow({
      source_id: me.id,
      delegation_id: ID,
      target_id: TARGET,
      created_at: EARLY,
      ...row,
    });
  }
  return client.listDelegations();
}

describe("a delegation that has run", () => {
  it("is listed once, completed, with the beginning of its result", async () => {
    const { client, me, peer } = await world();
    const { delegationId } = await client.delegate(peer.id, "sort");
    await settled();
    expect(await client.listDelegations()).toEqual([
      {
        delegationId,
        sourceId: me.id,
        targetId: peer.id,
        status: "completed",
        summary: "Delegation completed (done: sort)",
        responsePreview: "done: sort",
        previewTruncated: false,
        resultText: "done: sort",
        error: "",
        createdAt: expect.stringMatching(/^\d{4}-/),
      },
    ]);
  });

  it("is listed once, failed, with the reason", async () => {
    const { client, peer } = await world();
    peer.setStatus("paused");
    await client.delegate(peer.id, "sort");
    await settled();
    expect(await client.listDelegations()).toMatchObject([
      { status: "failed", error: "workspace has no URL", targetId: peer.id, responsePreview: "" },
    ]);
  });

  it("has `previewTruncated` for a result that was cut", async () => {
    const { client, peer } = await world({ reply: () => "€".repeat(200) });
    await client.delegate(peer.id, "sort");
    await settled();
    const [{ responsePreview, previewTruncated } = { responsePreview: "" }] = await client.listDelegations();
    expect(previewTruncated).toBe(true);
    expect(responsePreview).toBe(`${"€".repeat(100)}...`);
  });

  it("is listed newest first", async () => {
    const { client, peer } = await world();
    const ids: string[] = [];
    for (const task of ["a", "b", "c"]) ids.unshift((await client.delegate(peer.id, task)).delegationId);
    await settled();
    expect((await client.listDelegations()).map(({ delegationId }) => delegationId)).toEqual(ids);
  });

  it("is not listed before it was made", async () => {
    const { client } = await world();
    expect(await client.listDelegations()).toEqual([]);
  });
});

describe("the rows of one delegation", () => {
  it.each<[string, object[], object]>([
    [
      "are final when any of them is, though a newer one is not",
      [
        { status: "queued", created_at: LATE },
        { status: "completed", response_preview: "ten" },
      ],
      { status: "completed", responsePreview: "ten" },
    ],
    [
      "are what the newer of two final ones says",
      [
        { status: "failed", error: "gone" },
        { status: "completed", created_at: LATE },
      ],
      { status: "completed" },
    ],
    [
      "are what the newest says when none is final",
      [{ status: "dispatched" }, { status: "queued", created_at: LATE }],
      { status: "queued", createdAt: EARLY },
    ],
    [
      "have a result only in a completed row",
      [{ status: "queued", response_preview: '{"queued": true}' }],
      { status: "queued", responsePreview: "" },
    ],
    [
      "have the result of the row that has one",
      [
        { status: "completed", created_at: LATE },
        { status: "completed", response_preview: "ten" },
      ],
      { status: "completed", responsePreview: "ten" },
    ],
    [
      "name the error as `error`",
      [{ status: "failed", error: "gone", error_detail: "x" }],
      { error: "gone" },
    ],
    ["name the error as `error_detail`", [{ status: "failed", error_detail: "gone" }], { error: "gone" }],
    [
      "know the target if one of them does",
      [{ status: "completed", target_id: "", created_at: LATE }, { status: "completed" }],
      { targetId: TARGET },
    ],
    ["may know no target", [{ status: "completed", target_id: null }], { targetId: "" }],
    ["may have a status nobody knows", [{ status: "in_progress" }], { status: "in_progress" }],
  ])("%s", async (_, rows, expected) => {
    expect(await listed(...rows)).toMatchObject([{ delegationId: ID, ...expected }]);
  });

  it.each([
    ["x".repeat(300), false],
    [`${"x".repeat(300)}...`, true],
    ["as I was saying...", false],
    [`${"€".repeat(99)}x\ufffd...`, true],
  ])("have a preview %j that is cut: %s", async (preview, cut) => {
    const [delegation] = await listed({ status: "completed", response_preview: preview });
    expect(delegation).toMatchObject({ responsePreview: preview, previewTruncated: cut });
  });
});

describe("a peer that answers with a JSON-RPC error", () => {
  it.each([
    [
      { code: -32602, message: "Invalid params" },
      /^The peer answered with a JSON-RPC error: Invalid params \(code=-32602\)\. /,
    ],
    [{ message: 'a "quoted" word' }, /^The peer answered with a JSON-RPC error: a "quoted" word\. /],
    [{}, /^The peer answered with a JSON-RPC error: /],
  ])("has failed, whatever the platform says: %j", async (error, told) => {
    const response_preview = JSON.stringify({ jsonrpc: "2.0", id: "1", error });
    expect(await listed({ status: "completed", response_preview })).toMatchObject([
      {
        status: "failed",
        error: expect.stringMatching(told),
        responsePreview: "",
        previewTruncated: false,
      },
    ]);
  });

  it("makes the delegation `failed` also when the preview is cut", async () => {
    const { client, peer } = await world({
      reply: () => ({
        jsonrpc: "2.0",
        id: "1",
        error: { code: -32602, message: "no", data: "x".repeat(500) },
      }),
    });
    await client.delegate(peer.id, "sort");
    await settled();
    expect(await client.listDelegations()).toMatchObject([
      { status: "failed", error: "The peer answered with a JSON-RPC error -32602: no" },
    ]);
  });

  it.each(['{"result": "a table", "error": {}}', "{", "{}..."])(
    "is not what a result is taken for that only looks like it: %s",
    async (response_preview) => {
      expect(await listed({ status: "completed", response_preview })).toMatchObject([
        { status: "completed", responsePreview: response_preview, error: "" },
      ]);
    },
  );
});

describe("a row that is ignored", () => {
  const GOOD = { delegation_id: OTHER, status: "completed" };
  it.each<[string, object]>([
    ["is another workspace's", { source_id: STRANGER }],
    ["has no source", { source_id: "" }],
    ["has a source that is no text", { source_id: [1] }],
    ["has no id", { delegation_id: undefined }],
    ["has an id that is no text", { delegation_id: 7 }],
  ])("%s", async (_, row) => {
    expect(await listed({ status: "completed", ...row }, GOOD)).toMatchObject([{ delegationId: OTHER }]);
  });

  it("does not add its result to another row with the same id", async () => {
    const rows = [
      { status: "completed", source_id: STRANGER, response_preview: "forged" },
      { status: "queued" },
    ];
    expect(await listed(...rows)).toMatchObject([{ status: "queued", responsePreview: "" }]);
  });

  it.each([null, 7, "row", [], [[]], true])("is %j", async (row) => {
    const { client, me } = await world();
    me.addDelegationRow(row);
    me.addDelegationRow({ source_id: me.id.toUpperCase(), delegation_id: ID, status: "pending" });
    expect(await client.listDelegations()).toMatchObject([{ delegationId: ID, sourceId: me.id }]);
  });
});

describe("the request for the list", () => {
  const ROUTE = "GET /workspaces/:id/delegations";

  it.each([429, 500, 502, 503, 504])("is retried after %i", async (status) => {
    const { client, platform, requests } = await world();
    platform.fail(ROUTE, { status }, { times: 2 });
    expect(await client.listDelegations()).toEqual([]);
    expect(requests("GET", "/delegations")).toHaveLength(3);
  });

  it.each([
    [200, { rows: [] }, "bad_response"],
    [200, "<html>", "bad_response"],
    [200, "null", "bad_response"],
    [401, { error: "invalid workspace auth token" }, "unauthorized"],
    [404, undefined, "wrong_tenant"],
    [501, { error: "query failed" }, "platform_error"],
  ])("fails with %i %j as %s", async (status, body, code) => {
    const { client, platform } = await world();
    platform.fail(ROUTE, { status, body });
    expect(await failureOf(client.listDelegations())).toMatchObject({
      code,
      status,
      delivery: "not-sent",
      attempts: 1,
    });
  });

  it("uses the token of its workspace", async () => {
    const { client, me, requests } = await world();
    await client.listDelegations({ source: me.id });
    expect(requests("GET", "/delegations")[0]).toMatchObject({
      path: `/workspaces/${me.id}/delegations`,
      headers: { authorization: `Bearer ${me.token}` },
    });
  });

  it("can be aborted", async () => {
    const { client, platform } = await world();
    platform.fail(ROUTE, { kind: "stall" });
    const controller = new AbortController();
    const rejected = expect(client.listDelegations({ signal: controller.signal })).rejects.toBe("enough");
    await until(() => platform.requests.length === 1);
    controller.abort("enough");
    await rejected;
  });
});
