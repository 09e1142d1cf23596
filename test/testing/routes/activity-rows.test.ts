import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { requestAs } from "../helpers/delegations";

let platform: TestPlatform;
let me: TestWorkspace;

describe("the rows that a test writes", () => {
  beforeEach(async () => {
    platform = await startPlatform({ clock: manualClock() });
    me = platform.addWorkspace({ name: "Me", deliveryMode: "poll" });
  });
  afterEach(() => platform.close());

  const list = async (query = "") =>
    (await requestAs(platform, me, "GET", `/activity?${query}`)).json as Record<string, unknown>[];

  it("may be a message of the human, as in poll mode", async () => {
    me.writeAsHuman("hello");
    expect(me.received).toMatchObject([{ from: null, text: "hello" }]);
    expect(await list("type=a2a_receive&source=canvas")).toMatchObject([
      {
        method: "message/send",
        source_id: null,
        target_id: me.id,
        summary: "message/send → Me (queued for poll)",
        status: "ok",
        request_body: { jsonrpc: "2.0", method: "message/send" },
      },
    ]);
    expect(platform.events.map(({ type }) => type)).toEqual(["ACTIVITY_LOGGED"]);
  });

  it("may appear late, behind rows that were read already", async () => {
    me.writeAsHuman("first");
    const [first] = await list();
    const early = "2000-01-01T00:00:00.000001Z";
    const late = me.addActivityRow({ created_at: early, summary: "late" });
    expect((await list()).map(({ id }) => id)).toEqual([first?.id, late]);
    expect(await list(`since_id=${first?.id}`)).toEqual([]);
  });

  it("may have one time, which a cursor on one of them skips", async () => {
    me.writeAsHuman("first");
    const [first] = await list();
    const created_at = first?.created_at;
    const twin = me.addActivityRow({ created_at });
    const next = me.addActivityRow({ summary: "next" });
    expect((await list()).map(({ id }) => id)).toEqual([next, twin, first?.id]);
    expect((await list(`since_id=${first?.id}`)).map(({ id }) => id)).toEqual([next]);
  });

  it("may be pruned, one by one or all", async () => {
    const [a = "", b, c] = [me.addActivityRow(), me.addActivityRow(), me.addActivityRow()];
    me.pruneActivity([a]);
    expect((await list()).map(({ id }) => id)).toEqual([c, b]);
    expect(await requestAs(platform, me, "GET", `/activity?since_id=${a}`)).toMatchObject({ status: 410 });
    me.pruneActivity();
    expect(await list()).toEqual([]);
  });

  it("hold any fields", async () => {
    const id = me.addActivityRow({ status: "error", request_body: "no object", extra: 1 });
    expect(await list()).toMatchObject([{ id, status: "error", request_body: "no object", extra: 1 }]);
  });
});
