import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  manualClock,
  startPlatform,
  type TestPlatform,
  type TestWorkspace,
} from "../../../src/testing/index";
import { delegateTask, requestAs, settle } from "../helpers/delegations";
import { openEventStream } from "../helpers/event-stream";
import { messageBody, send } from "../helpers/exchange";
import { beat } from "../helpers/registry";

let platform: TestPlatform;
let me: TestWorkspace;

describe.each(["2026-04", "2026-05"] as const)("the event stream of a workspace in %s", (version) => {
  beforeEach(async () => {
    platform = await startPlatform({ version, adminToken: "operator" });
    me = platform.addWorkspace({ name: "Me", reply: () => "hi" });
  });
  afterEach(() => platform.close());

  it("begins with a comment, then has the events of this workspace alone", async () => {
    const other = platform.addWorkspace();
    const stream = await openEventStream(platform, me);
    expect(stream.headers["content-type"]).toBe("text/event-stream");
    expect(stream.text()).toBe(": ping\n\n");
    await beat(platform, other);
    await beat(platform, me, { active_tasks: 2, uptime_seconds: 7 });
    expect(await stream.events(1)).toEqual([
      {
        type: "WORKSPACE_HEARTBEAT",
        timestamp: expect.any(Number),
        data: { active_tasks: 2, uptime_seconds: 7 },
      },
    ]);
    stream.close();
  });

  it("says that a row was logged, without its id and body", async () => {
    const peer = platform.addWorkspace();
    const stream = await openEventStream(platform, me);
    await send(platform, peer, me, messageBody("hello"));
    const [event] = await stream.events(1);
    expect(event).toMatchObject({
      type: "ACTIVITY_LOGGED",
      data: {
        activity_type: "a2a_receive",
        method: "message/send",
        summary: "message/send → Me",
        status: "ok",
        source_id: peer.id,
        target_id: me.id,
      },
    });
    expect(Object.keys(event?.data ?? {})).not.toContain("id");
    stream.close();
  });

  it("has the beginning of a delegation's result", async () => {
    const peer = platform.addWorkspace({ reply: () => "x".repeat(300) });
    const stream = await openEventStream(platform, me);
    await delegateTask(platform, me, peer);
    const events = await stream.events(3);
    expect(events.map(({ type }) => type)).toEqual([
      "DELEGATION_SENT",
      "DELEGATION_STATUS",
      "DELEGATION_COMPLETE",
    ]);
    expect(events[2]?.data.response_preview).toBe(`${"x".repeat(200)}...`);
    stream.close();
  });

  it("has no event from before it was opened, and none for a closed connection", async () => {
    await beat(platform, me, { uptime_seconds: 1 });
    const stream = await openEventStream(platform, me);
    await beat(platform, me, { uptime_seconds: 2 });
    expect((await stream.events(1))[0]?.data.uptime_seconds).toBe(2);
    stream.close();
    await settle();
    expect(await beat(platform, me, { uptime_seconds: 3 })).toMatchObject({ status: 200 });
  });

  it("needs a token, and a workspace that exists", async () => {
    const open = (token: string, id = me.id) =>
      requestAs(platform, { ...me, id, token }, "GET", "/events/stream");
    expect(await open("wrong")).toMatchObject({ status: 401 });
    expect(await open("operator", "99999999-9999-4999-8999-999999999999")).toMatchObject({
      status: 404,
      json: { error: "workspace not found" },
    });
  });

  it("ends when the platform closes", async () => {
    const stream = await openEventStream(platform, me);
    await platform.close();
    expect(stream.text()).toBe(": ping\n\n");
  });
});

describe("an event stream that is not read", () => {
  it("loses the events beyond 64 that wait", async () => {
    const platform = await startPlatform({ clock: manualClock() });
    const me = platform.addWorkspace();
    const stream = await openEventStream(platform, me);
    // All within one turn, so that nothing is written to the socket meanwhile.
    for (let count = 0; count < 200; count += 1) me.writeAsHuman(String(count));
    const events = await stream.events(60);
    expect(events.length).toBeLessThanOrEqual(65);
    expect(platform.events).toHaveLength(200);
    await platform.close();
  });
});
