import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPlatform, type TestPlatform, type TestWorkspace } from "../../src/testing/index";
import { ask, gistOf, rowsOf, toldOf } from "./helpers/delegations";

const PEER = "11111111-1111-4111-8111-111111111111";

let platform: TestPlatform;
let me: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform();
  me = platform.addWorkspace({ name: "Me" });
});
afterEach(() => platform.close());

const record = (said: object = {}) =>
  ask(platform, me, "POST", "/delegations/record", {
    target_id: PEER,
    task: "sort",
    delegation_id: "d-1",
    ...said,
  });
const update = (said: object, id = "d-1") => ask(platform, me, "POST", `/delegations/${id}/update`, said);

describe("a delegation that an agent records", () => {
  it("is there as dispatched, once for each time it is said", async () => {
    expect(await record()).toMatchObject({
      status: 202,
      json: { delegation_id: "d-1", status: "recorded" },
    });
    await record();
    expect(await rowsOf(platform, me)).toMatchObject([
      { delegation_id: "d-1", status: "dispatched", target_id: PEER, source_id: me.id },
      { delegation_id: "d-1", status: "dispatched" },
    ]);
    expect(toldOf(platform, me)[0]).toEqual([
      "DELEGATION_SENT",
      { delegation_id: "d-1", target_id: PEER, task_preview: "sort" },
    ]);
  });

  it.each([
    [{ task: "" }, "invalid request body"],
    [{ delegation_id: undefined }, "invalid request body"],
    [{ target_id: 7 }, "invalid request body"],
    [{ target_id: "peer" }, "target_id must be a valid UUID"],
  ])("is refused with %j", async (said, error) => {
    expect(await record(said)).toMatchObject({ status: 400, json: { error } });
  });

  it("fails where no row can be kept", async () => {
    me.setDelegationTracking(false);
    expect(await record()).toMatchObject({ status: 500, json: { error: "failed to record delegation" } });
  });
});

describe("the end of a recorded delegation", () => {
  beforeEach(() => record());

  it("adds a row with the result, which has no target", async () => {
    expect(await update({ status: "completed", response_preview: "sorted" })).toMatchObject({
      status: 200,
      json: { status: "completed", delegation_id: "d-1" },
    });
    const rows = await rowsOf(platform, me);
    expect(rows.map(gistOf)).toEqual(["completed: sorted", "completed"]);
    expect(rows[0]).toMatchObject({ target_id: "", summary: "Delegation completed (sorted)" });
    expect(toldOf(platform, me).at(-1)).toEqual([
      "DELEGATION_COMPLETE",
      { delegation_id: "d-1", response_preview: "sorted" },
    ]);
  });

  it("adds another result each time it is said, also for an unknown delegation", async () => {
    await update({ status: "completed", response_preview: "a" });
    await update({ status: "completed" }, "d-9");
    expect((await rowsOf(platform, me)).map(gistOf)).toEqual(["completed", "completed: a", "completed"]);
  });

  it("keeps the error of a failure in the row that was there", async () => {
    await update({ status: "failed", error: "no time" });
    expect((await rowsOf(platform, me)).map(gistOf)).toEqual(["failed: no time"]);
    expect(toldOf(platform, me).at(-1)).toEqual([
      "DELEGATION_FAILED",
      { delegation_id: "d-1", error: "no time" },
    ]);
  });

  it.each([
    [{}, "invalid request body"],
    [{ status: "completed", error: 1 }, "invalid request body"],
    [{ status: "queued" }, "status must be 'completed' or 'failed'"],
  ])("is refused with %j", async (said, error) => {
    expect(await update(said)).toMatchObject({ status: 400, json: { error } });
  });
});

it.each<["GET" | "POST", string]>([
  ["GET", "/delegations"],
  ["POST", "/delegations/record"],
  ["POST", "/delegations/d-1/update"],
  ["POST", "/notify"],
  ["GET", "/activity"],
  ["POST", "/activity"],
])("%s %s asks for the token of the workspace", async (method, path) => {
  const refused = { status: 401, json: { error: "invalid workspace auth token" } };
  expect(await ask(platform, { ...me, token: "wrong" }, method, path)).toMatchObject(refused);
});

it("shows rows that a test made up as they are, in the list alone", async () => {
  await record();
  me.addDelegationRow({ status: 7 });
  me.addDelegationRow("nonsense");
  expect(await rowsOf(platform, me)).toMatchObject(["nonsense", { status: 7 }, { delegation_id: "d-1" }]);
  expect((await ask(platform, me, "GET", "/activity")).json).toHaveLength(1);
});
