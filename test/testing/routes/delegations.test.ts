import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPlatform, type TestPlatform, type TestWorkspace } from "../../../src/testing/index";
import { delegationEvents, listRows, requestAs, summarize } from "../helpers/delegations";

const PEER = "11111111-1111-4111-8111-111111111111";

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

const record = (fields: object = {}) =>
  requestAs(platform, me, "POST", "/delegations/record", {
    target_id: PEER,
    task: "sort",
    delegation_id: "d-1",
    ...fields,
  });
const update = (fields: object, id = "d-1") =>
  requestAs(platform, me, "POST", `/delegations/${id}/update`, fields);

describe("a delegation that an agent records", () => {
  it("is listed as dispatched, once for each request", async () => {
    expect(await record()).toMatchObject({
      status: 202,
      json: { delegation_id: "d-1", status: "recorded" },
    });
    await record();
    expect(await listRows(platform, me)).toMatchObject([
      { delegation_id: "d-1", status: "dispatched", target_id: PEER, source_id: me.id },
      { delegation_id: "d-1", status: "dispatched" },
    ]);
    expect(delegationEvents(platform, me)[0]).toEqual([
      "DELEGATION_SENT",
      { delegation_id: "d-1", target_id: PEER, task_preview: "sort" },
    ]);
  });

  it.each([
    [{ task: "" }, "invalid request body"],
    [{ delegation_id: undefined }, "invalid request body"],
    [{ target_id: 7 }, "invalid request body"],
    [{ target_id: "peer" }, "target_id must be a valid UUID"],
  ])("is refused with %j", async (fields, error) => {
    expect(await record(fields)).toMatchObject({ status: 400, json: { error } });
  });

  it("is answered with 500 while tracking is off", async () => {
    me.setDelegationTracking(false);
    expect(await record()).toMatchObject({ status: 500, json: { error: "failed to record delegation" } });
  });
});

describe("the outcome of a recorded delegation", () => {
  beforeEach(() => record());

  it("adds a row with the result, which has no target", async () => {
    expect(await update({ status: "completed", response_preview: "sorted" })).toMatchObject({
      status: 200,
      json: { status: "completed", delegation_id: "d-1" },
    });
    const rows = await listRows(platform, me);
    expect(rows.map(summarize)).toEqual(["completed: sorted", "completed"]);
    expect(rows[0]).toMatchObject({ target_id: "", summary: "Delegation completed (sorted)" });
    expect(delegationEvents(platform, me).at(-1)).toEqual([
      "DELEGATION_COMPLETE",
      { delegation_id: "d-1", response_preview: "sorted" },
    ]);
  });

  it("adds another result for each request, also for an unknown delegation", async () => {
    await update({ status: "completed", response_preview: "a" });
    await update({ status: "completed" }, "d-9");
    expect((await listRows(platform, me)).map(summarize)).toEqual(["completed", "completed: a", "completed"]);
  });

  it("stores the error of a failure in the existing row", async () => {
    await update({ status: "failed", error: "no time" });
    expect((await listRows(platform, me)).map(summarize)).toEqual(["failed: no time"]);
    expect(delegationEvents(platform, me).at(-1)).toEqual([
      "DELEGATION_FAILED",
      { delegation_id: "d-1", error: "no time" },
    ]);
  });

  it.each([
    [{}, "invalid request body"],
    [{ status: "completed", error: 1 }, "invalid request body"],
    [{ status: "queued" }, "status must be 'completed' or 'failed'"],
  ])("is refused with %j", async (fields, error) => {
    expect(await update(fields)).toMatchObject({ status: 400, json: { error } });
  });
});

it.each<["GET" | "POST", string]>([
  ["GET", "/delegations"],
  ["POST", "/delegations/record"],
  ["POST", "/delegations/d-1/update"],
  ["POST", "/notify"],
  ["GET", "/activity"],
  ["POST", "/activity"],
])("%s %s requires the token of the workspace", async (method, path) => {
  const refused = { status: 401, json: { error: "invalid workspace auth token" } };
  expect(await requestAs(platform, { ...me, token: "wrong" }, method, path)).toMatchObject(refused);
});

it("lists inserted rows unchanged, and only in the list of delegations", async () => {
  await record();
  me.addDelegationRow({ status: 7 });
  me.addDelegationRow("nonsense");
  expect(await listRows(platform, me)).toMatchObject(["nonsense", { status: 7 }, { delegation_id: "d-1" }]);
  expect((await requestAs(platform, me, "GET", "/activity")).json).toHaveLength(1);
});
