import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { manualClock, startPlatform, type TestPlatform, type TestWorkspace } from "../../src/testing/index";
import {
  delegateTask,
  getDelegationId,
  listRows,
  settle,
  summarize,
  waitForRows,
} from "./helpers/delegations";
import { openEventStream } from "./helpers/event-stream";
import { call, send } from "./helpers/exchange";
import { beat } from "./helpers/registry";

const clock = manualClock();
let platform: TestPlatform;
let me: TestWorkspace;
let peer: TestWorkspace;
beforeEach(async () => {
  platform = await startPlatform({ clock });
  me = platform.addWorkspace({ name: "Me" });
  peer = platform.addWorkspace({ name: "Peer", reply: () => "hi" });
});
afterEach(() => platform.close());

const untilReceived = async (count = 1): Promise<void> => {
  while (peer.received.length < count) await new Promise(setImmediate);
};

describe("a restart of the platform", () => {
  it("keeps what the database has, on the same port", async () => {
    const { url } = platform;
    await delegateTask(platform, me, peer);
    await waitForRows(platform, me, 2);
    await platform.restart();
    expect(platform.url).toBe(url);
    expect(await listRows(platform, me)).toHaveLength(2);
    expect((await send(platform, me, peer)).status).toBe(200);
  });

  it("ends requests in flight, and what their agents answer is lost", async () => {
    let finish = (_text: string): void => undefined;
    peer.setReply(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    const lost = send(platform, me, peer);
    const failure = expect(lost).rejects.toThrow();
    await untilReceived();
    await platform.restart();
    await failure;
    finish("too late");
    await settle();
    const activity = await call(`${platform.url}/workspaces/${peer.id}/activity`, {
      headers: { authorization: `Bearer ${peer.token}` },
    });
    expect(activity.json).toEqual([]);
  });

  it.each([
    ["while its agent works", true],
    ["between its two attempts", false],
  ])("leaves a delegation dispatched for ever: %s", async (_name, isReached) => {
    if (isReached) peer.setReply(() => new Promise<string>(() => undefined));
    else peer.setUrl("http://127.0.0.1:1/");
    const key = { idempotency_key: "k" };
    const id = getDelegationId(await delegateTask(platform, me, peer, key));
    if (isReached) await untilReceived();
    else await settle();
    await platform.restart();
    await clock.advance(3_600_000);
    await settle();
    expect(await listRows(platform, me)).toMatchObject([{ delegation_id: id, status: "dispatched" }]);
    expect((await delegateTask(platform, me, peer, key)).json).toMatchObject({
      idempotent_hit: true,
      status: "dispatched",
    });
  });

  it("forgets what agents declared, and the counts of the rate limit", async () => {
    await beat(platform, peer, {
      runtime_metadata: { idle_timeout_seconds: 7, capabilities: { session: true } },
    });
    platform.setRateLimit(1);
    await call(`${platform.url}/health`);
    expect((await call(`${platform.url}/health`)).status).toBe(429);
    await platform.restart();
    expect((await call(`${platform.url}/health`)).status).toBe(200);
    expect(peer.state).toMatchObject({ idleTimeoutSeconds: null, capabilities: {} });
  });

  it("ends event streams", async () => {
    await openEventStream(platform, me);
    await platform.restart();
    expect(await beat(platform, me)).toMatchObject({ status: 200 });
  });

  it("loses the workspaces with the database", async () => {
    await platform.restart({ keepDatabase: false });
    expect((await call(`${platform.url}/workspaces/${me.id}`)).status).toBe(404);
    const again = platform.addWorkspace({ id: me.id });
    expect(await listRows(platform, again)).toEqual([]);
  });
});

describe("a delegation that a test finishes", () => {
  beforeEach(() => peer.setReply(() => new Promise<string>(() => undefined)));

  it("is completed with a result, or failed with an error", async () => {
    const done = getDelegationId(await delegateTask(platform, me, peer));
    const failed = getDelegationId(await delegateTask(platform, me, peer));
    await untilReceived(2);
    platform.finishDelegation(done, { text: "42" });
    platform.finishDelegation(failed, { error: "out of paper" });
    const rows = await listRows(platform, me);
    expect(rows.map(summarize)).toEqual([
      "failed: out of paper",
      "completed: 42",
      "failed: out of paper",
      "completed",
    ]);
    expect(rows[1]?.delegation_id).toBe(done);
  });

  it("does not end a second time when its agent answers", async () => {
    let finish = (_text: string): void => undefined;
    peer.setReply(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    const id = getDelegationId(await delegateTask(platform, me, peer));
    await untilReceived();
    platform.finishDelegation(id, { text: "early" });
    finish("late");
    await settle();
    expect((await listRows(platform, me)).map(summarize)).toEqual(["completed: early", "completed"]);
  });

  it("has to exist", () => {
    expect(() => platform.finishDelegation("none", { text: "" })).toThrow("There is no delegation `none`");
  });
});

it("limits the rate from the moment a test says so, until it says otherwise", async () => {
  const health = () => call(`${platform.url}/health`);
  expect((await health()).headers["x-ratelimit-limit"]).toBe("unlimited");
  platform.setRateLimit(2);
  expect([(await health()).status, (await health()).status, (await health()).status]).toEqual([
    200, 200, 429,
  ]);
  await clock.advance(60_000);
  expect((await health()).headers["x-ratelimit-remaining"]).toBe("1");
  platform.setRateLimit(null);
  expect((await health()).headers["x-ratelimit-limit"]).toBe("unlimited");
});
