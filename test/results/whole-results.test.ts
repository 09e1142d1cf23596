import { describe, expect, it } from "vitest";
import { OWN, PEER } from "../helpers/ids";
import { ACTIVITY, LIST, type PollingFixture, startFixture } from "./helpers/polling-fixture";
import { done, pending } from "./helpers/rows";

const CREATED = "2026-04-27T10:00:00Z";

type Row = Record<string, unknown>;

const delegateRow = (delegationId: string, fields: Row = {}): Row => ({
  id: `delegate ${delegationId}`,
  activity_type: "delegation",
  method: "delegate",
  source_id: OWN,
  target_id: PEER,
  summary: `Delegating to ${PEER}`,
  status: "completed",
  created_at: CREATED,
  request_body: { task: "sort", delegation_id: delegationId },
  ...fields,
});

const resultRow = (delegationId: string, text: string): Row =>
  delegateRow(delegationId, {
    method: "delegate_result",
    request_body: undefined,
    response_body: { text, delegation_id: delegationId },
  });

/** The platform's activity from now on. */
const keeps = ({ platform }: PollingFixture, ...rows: Row[]) =>
  platform.on(ACTIVITY, () => ({ status: 200, body: rows }));

const cut = (text: string) => `${text.slice(0, 300)}...`;

/** The only result in the file. */
async function onlyResult({ heartbeat }: PollingFixture) {
  const results = await heartbeat.results.read();
  expect(results).toHaveLength(1);
  return results[0];
}

describe("a delivered result", () => {
  it("has the whole text where the list shows a part, fetched once for all of a poll", async () => {
    const all = await startFixture();
    await all.begin();
    const texts = new Map([
      ["d-1", "a".repeat(5000)],
      ["d-2", "b".repeat(400)],
    ]);
    keeps(all, ...[...texts].flatMap(([id, text]) => [resultRow(id, text), delegateRow(id)]));
    await all.next(...[...texts].map(([id, text]) => done(id, { response_preview: cut(text) })), done("d-3"));
    const found = await all.heartbeat.results.read();
    expect(new Map(found.map((each) => [each.delegation_id, each.response_preview]))).toEqual(
      new Map([...texts, ["d-3", "preview of d-3"]]),
    );
    expect(all.requests(ACTIVITY)).toHaveLength(1);
  });

  it("needs no request where the list shows it whole", async () => {
    const all = await startFixture();
    await all.begin();
    await all.next(done("d-1"));
    expect(await all.waiting()).toEqual(["d-1"]);
    expect(all.requests(ACTIVITY)).toEqual([]);
  });

  it("has the beginning where the platform does not give the rest in eleven polls", async () => {
    const all = await startFixture();
    await all.begin();
    all.platform.on(ACTIVITY, () => ({ status: 500, body: { error: "query failed" } }));
    const preview = cut("a".repeat(400));
    const rows = [done("d-1", { response_preview: preview })];
    for (let polls = 0; polls < 10; polls += 1) await all.next(...rows);
    expect(await all.waiting()).toEqual([]);
    await all.next(...rows);
    expect(await onlyResult(all)).toMatchObject({ response_preview: preview });
  });

  it("is read as a send reads it where the platform keeps a whole response", async () => {
    const all = await startFixture();
    await all.begin();
    const parts = [{ kind: "text", text: "which year?" }];
    const message = { kind: "message", role: "agent", messageId: "m-1", parts };
    const result = {
      kind: "task",
      id: "t-1",
      contextId: "c-1",
      status: { state: "input-required", message },
    };
    const response_preview = JSON.stringify({ jsonrpc: "2.0", id: "1", result });
    await all.next(done("d-1", { response_preview }));
    const found = await onlyResult(all);
    expect(found).toMatchObject({
      status: "input-required",
      error: expect.stringContaining("needs an answer"),
    });
    expect(found?.response_preview).toContain("which year?");
    expect(found?.response_preview).toContain("taskId=t-1");
  });
});

describe("a result that the platform has lost", () => {
  it("is delivered as lost, after one more poll, with what to do", async () => {
    const all = await startFixture();
    await all.begin();
    keeps(all, delegateRow("d-1"));
    const row = done("d-1", { response_preview: undefined });
    await all.next(row);
    expect(await all.waiting()).toEqual([]);
    await all.next(row);
    expect(await onlyResult(all)).toMatchObject({
      status: "completed",
      response_preview: "",
      lost: true,
      error: expect.stringContaining("ask the peer"),
    });
    await all.next(row);
    expect(all.ids("delegations.delivered")).toEqual(["d-1"]);
  });

  it("is not an empty one", async () => {
    const all = await startFixture();
    await all.begin();
    keeps(all, resultRow("d-1", ""), delegateRow("d-1"));
    const row = done("d-1", { response_preview: undefined });
    await all.next(row);
    await all.next(row);
    const found = await onlyResult(all);
    expect(found).toMatchObject({ status: "completed", response_preview: "", error: "" });
    expect(found).not.toHaveProperty("lost");
  });
});

describe("a delegation that the platform has lost track of", () => {
  it("is delivered once, as failed and lost, when the platform must have ended it by its own clock", async () => {
    const all = await startFixture();
    const row = pending("d-1", { status: "dispatched", created_at: CREATED });
    let date = "Mon, 27 Apr 2026 10:29:00 GMT";
    all.platform.on(LIST, () => ({ status: 200, body: [row], headers: { date } }));
    await all.begin();
    await all.pass(60_000);
    expect(await all.waiting()).toEqual([]);
    date = "Mon, 27 Apr 2026 10:32:00 GMT";
    await all.pass(90_000);
    expect(await onlyResult(all)).toMatchObject({
      status: "failed",
      lost: true,
      error: expect.stringContaining("only a new key"),
    });
    expect(all.ids("delegations.delivered")).toEqual(["d-1"]);
  });
});
