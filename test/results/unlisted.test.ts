import { describe, expect, it } from "vitest";
import { OWN, PEER } from "../helpers/ids";
import { ACTIVITY, type PollingFixture, startFixture } from "./helpers/polling-fixture";
import { done, page, pending } from "./helpers/rows";

const POLLS_PER_LOOK = 10;
/** As many as fill the platform's list. */
const OTHERS = page(2, 51);
const ALL_ROWS = 500;

type Row = Record<string, unknown>;

const delegateRow = (delegationId: string, fields: Row = {}): Row => ({
  id: `delegate ${delegationId}`,
  activity_type: "delegation",
  method: "delegate",
  source_id: OWN,
  target_id: PEER,
  summary: `Delegating to ${PEER}`,
  status: "queued",
  created_at: "2026-04-27T10:00:00Z",
  request_body: { task: "sort", delegation_id: delegationId },
  ...fields,
});

const resultRow = (delegationId: string, text: string): Row =>
  delegateRow(delegationId, {
    method: "delegate_result",
    status: "completed",
    request_body: undefined,
    response_body: { text, delegation_id: delegationId },
  });

const queued = (delegationId: string): Row => pending(delegationId, { status: "queued" });

const keeps = ({ platform }: PollingFixture, ...rows: Row[]) =>
  platform.on(ACTIVITY, () => ({ status: 200, body: rows }));

async function poll(all: PollingFixture, times: number, ...rows: unknown[]): Promise<void> {
  for (let n = 0; n < times; n += 1) await all.next(...rows);
}

async function find({ heartbeat }: PollingFixture, delegationId: string) {
  const results = await heartbeat.results.read();
  return results.find(({ delegation_id }) => delegation_id === delegationId);
}

/** A heartbeat that has seen `d-1` queued and then leave the list. */
async function startWithUnlisted(...rows: Row[]): Promise<PollingFixture> {
  const all = await startFixture();
  await all.begin();
  await all.next(queued("d-1"));
  keeps(all, ...rows);
  await all.next(...OTHERS);
  return all;
}

describe("a delegation that has left the platform's list unfinished", () => {
  it("is delivered with its whole result when it is completed", async () => {
    const text = "a".repeat(1000);
    const all = await startWithUnlisted(delegateRow("d-1"));
    expect(await find(all, "d-1")).toBeUndefined();
    keeps(all, resultRow("d-1", text), delegateRow("d-1"));
    await poll(all, 2 * POLLS_PER_LOOK, ...OTHERS);
    expect(await find(all, "d-1")).toMatchObject({ status: "completed", response_preview: text });
    expect(all.ids("delegations.delivered").filter((id) => id === "d-1")).toHaveLength(1);
  });

  it("is delivered as failed when it has failed", async () => {
    const all = await startWithUnlisted(delegateRow("d-1", { status: "failed", error_detail: "no agent" }));
    expect(await find(all, "d-1")).toMatchObject({ status: "failed", error: "no agent" });
  });

  it("is delivered as lost when the platform has lost its result", async () => {
    const all = await startWithUnlisted(delegateRow("d-1", { status: "completed" }));
    expect(await find(all, "d-1")).toMatchObject({ status: "completed", lost: true });
  });

  it("is delivered as lost when the platform keeps no row of it any more", async () => {
    const others = Array.from({ length: ALL_ROWS }, (_, n) => resultRow(`other-${n}`, "done"));
    const all = await startWithUnlisted(...others);
    expect(await find(all, "d-1")).toMatchObject({
      status: "failed",
      lost: true,
      error: expect.stringMatching(/no longer.*`queued`.*ask the peer.*d-1/),
    });
    await poll(all, 2 * POLLS_PER_LOOK, ...OTHERS);
    expect(all.ids("delegations.delivered").filter((id) => id === "d-1")).toHaveLength(1);
  });

  it("is not lost while the platform may still add a row with its result", async () => {
    const all = await startFixture();
    await all.begin();
    await all.next(pending("d-1", { status: "dispatched" }));
    const others = Array.from({ length: ALL_ROWS }, (_, n) => resultRow(`other-${n}`, "done"));
    let date = "Mon, 27 Apr 2026 10:29:00 GMT";
    all.platform.on(ACTIVITY, () => ({ status: 200, body: others, headers: { date } }));
    await poll(all, POLLS_PER_LOOK, ...OTHERS);
    expect(await find(all, "d-1")).toBeUndefined();
    date = "Mon, 27 Apr 2026 10:32:00 GMT";
    await poll(all, POLLS_PER_LOOK, ...OTHERS);
    expect(await find(all, "d-1")).toMatchObject({ status: "failed", lost: true });
  });

  it("is looked for once in ten polls, and only while there is one", async () => {
    const all = await startWithUnlisted(delegateRow("d-1"));
    await poll(all, 3 * POLLS_PER_LOOK, ...OTHERS);
    expect(all.requests(ACTIVITY)).toHaveLength(4);
    keeps(all, resultRow("d-1", "done"));
    await poll(all, 3 * POLLS_PER_LOOK, ...OTHERS);
    expect(all.requests(ACTIVITY)).toHaveLength(5);
  });

  it("is looked for again when the platform does not answer, and is not lost for that", async () => {
    const all = await startFixture();
    await all.begin();
    await all.next(queued("d-1"));
    all.platform.on(ACTIVITY, () => ({ status: 500, body: { error: "query failed" } }));
    await poll(all, POLLS_PER_LOOK, ...OTHERS);
    expect(await find(all, "d-1")).toBeUndefined();
    keeps(all, resultRow("d-1", "done"));
    await poll(all, POLLS_PER_LOOK, ...OTHERS);
    expect(await find(all, "d-1")).toMatchObject({ response_preview: "done" });
  });

  it("is found by the next process, which delivers nothing again and nothing older", async () => {
    const all = await startFixture();
    await all.begin();
    await all.next(done("d-first"), queued("d-1"), queued("d-2"));
    await all.next(...OTHERS);
    await all.heartbeat.stop();
    const next = await startFixture({ folder: all.folder, rows: OTHERS });
    const first = resultRow("d-first", "first");
    const older = resultRow("d-older", "older");
    keeps(next, resultRow("d-3", "again"), resultRow("d-1", "done"), delegateRow("d-0"), first, older);
    await next.begin();
    await poll(next, 1, ...OTHERS);
    expect(next.ids("delegations.delivered")).toEqual(["d-1"]);
    keeps(next, resultRow("d-0", "late"), first, older);
    await poll(next, 2 * POLLS_PER_LOOK, ...OTHERS);
    expect(next.ids("delegations.delivered")).toEqual(["d-1", "d-0"]);
  });

  it("is found when it finished and left the list between two polls", async () => {
    const all = await startFixture();
    await all.begin();
    await all.next(done("d-0"));
    keeps(all, resultRow("d-1", "done"), resultRow("d-0", "again"));
    await all.next(...OTHERS);
    expect(all.eventsOf("delegations.possible_gap")).toHaveLength(1);
    expect(await find(all, "d-1")).toMatchObject({ status: "completed", response_preview: "done" });
    expect(all.ids("delegations.delivered").filter((id) => id === "d-0")).toHaveLength(1);
  });

  it("is not delivered when it was finished before anybody waited for results", async () => {
    const all = await startFixture({ rows: OTHERS });
    keeps(all, resultRow("d-1", "old"));
    await all.begin();
    await poll(all, 2 * POLLS_PER_LOOK, ...OTHERS);
    expect(all.ids("delegations.delivered")).toEqual([]);
  });
});

describe("a result of which the platform lists a part", () => {
  const text = "a".repeat(400);
  const listed = done("d-1", { response_preview: `${text.slice(0, 300)}...` });

  it("waits while the platform does not answer the question for the rest", async () => {
    const all = await startFixture();
    await all.begin();
    all.unreachable(ACTIVITY);
    await all.next(listed);
    expect(await all.waiting()).toEqual([]);
    all.unreachable(ACTIVITY, false);
    keeps(all, resultRow("d-1", text), delegateRow("d-1", { status: "completed" }));
    await all.next(...OTHERS);
    expect(await find(all, "d-1")).toMatchObject({ response_preview: text });
  });
});
