import { type A2AClientOptions, createA2AClient, type FanOutOptions } from "a2a-peers";
import { type Reply, task } from "a2a-peers/testing";
import { describe, expect, it } from "vitest";
import { until, world } from "../../delegation/helpers/world";
import { failureOf } from "../../helpers/failure";
import { STRANGER } from "../../helpers/ids";

const never: Reply = () => new Promise(() => undefined);
const states = (results: readonly { state: string }[]) => results.map(({ state }) => state);

/** A world with a peer for each reply. */
async function peersWith(replies: readonly Reply[], options: Omit<A2AClientOptions, "clock"> = {}) {
  const all = await world(options);
  const peers = replies.map((reply) => all.platform.addWorkspace({ reply }));
  const ids = peers.map(({ id }) => id);
  const fanOut = (given?: FanOutOptions) => all.client.fanOut(ids, "sort", given);
  return { ...all, peers, ids, fanOut };
}

describe("fanOut", () => {
  it("resolves to every outcome, in the order of the peers, each message with an id of its own", async () => {
    const { fanOut, ids, peers } = await peersWith([
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return "slow";
      },
      () => task("failed", "no disk"),
      () => task("input-required", "which?"),
      () => "quick",
    ]);
    const results = await fanOut();
    expect(results).toMatchObject([
      { state: "ok", outcome: { kind: "reply", text: "slow" } },
      { state: "failed", error: { code: "task_failed" } },
      { state: "ok", outcome: { kind: "input-required" } },
      { state: "ok", outcome: { kind: "reply", text: "quick" } },
    ]);
    expect(results.map(({ peerId }) => peerId)).toEqual(ids);
    const received = peers.map((peer) => peer.received[0]?.messageId);
    expect(results.map(({ messageId }) => messageId)).toEqual(received);
    expect(new Set(received).size).toBe(4);
  });

  it("sends what it was called with, also to peers whose turn comes after a change", async () => {
    const { client, ids, peers } = await peersWith([() => "one", () => "two"]);
    const numbers = [1, 2];
    const metadata = { source: "before" };
    const message = { parts: [{ kind: "data", data: { numbers } } as const] };
    const sending = client.fanOut(ids, message, { concurrency: 1, metadata });
    numbers.push(3);
    metadata.source = "after";
    await sending;
    for (const { received } of peers) {
      expect(received[0]?.body).toMatchObject({
        params: {
          message: { parts: [{ kind: "data", data: { numbers: [1, 2] } }], metadata: { source: "before" } },
        },
      });
    }
  });

  it("cancels the rest after the first reply, and says that the peers may have it", async () => {
    const { fanOut, peers } = await peersWith([
      never,
      async () => {
        await until(() => peers[0]?.received.length === 1 && peers[2]?.received.length === 1);
        return "first";
      },
      never,
      () => "not asked",
    ]);
    const results = await fanOut({ until: "first", concurrency: 3 });
    expect(results).toMatchObject([
      { state: "cancelled", delivery: "maybe" },
      { state: "ok", outcome: { text: "first" } },
      { state: "cancelled", delivery: "maybe" },
      { state: "not-started" },
    ]);
    expect(peers[3]?.received).toHaveLength(0);
  });

  it("says that a send which was cancelled before anything arrived was not sent", async () => {
    let isRepeated = false;
    const second: Reply = async () => {
      await until(() => isRepeated);
      return "first";
    };
    const { fanOut, platform, ids } = await peersWith([() => "x", second], {
      retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 },
      onEvent({ type }) {
        if (type === "send.retry") isRepeated = true;
      },
    });
    const notReached = { status: 502, body: { error: "failed to reach workspace agent" } };
    platform.fail(`POST /workspaces/${ids[0]}/a2a`, notReached);
    expect(await fanOut({ until: "first" })).toMatchObject([
      { state: "cancelled", delivery: "not-sent" },
      { state: "ok" },
    ]);
  });

  it("counts replies only, and ends with what there is when too few come", async () => {
    const { fanOut } = await peersWith([() => task("working"), () => "one", () => task("failed")]);
    expect(states(await fanOut({ until: 2 }))).toEqual(["ok", "ok", "failed"]);
  });

  it("has at most so many messages on their way at once", async () => {
    let active = 0;
    let most = 0;
    const reply: Reply = async () => {
      active += 1;
      most = Math.max(most, active);
      await new Promise((resolve) => setTimeout(resolve, 10));
      active -= 1;
      return "done";
    };
    const { fanOut } = await peersWith(Array.from({ length: 9 }, () => reply));
    expect(states(await fanOut({ concurrency: 3 }))).toEqual(Array.from({ length: 9 }, () => "ok"));
    expect(most).toBe(3);
  });

  it("has one budget for all", async () => {
    const { fanOut } = await peersWith([never, () => "quick", never]);
    const results = await fanOut({ concurrency: 1, budgetMs: 150 });
    expect(results).toMatchObject([
      { state: "failed", error: { code: "timeout", delivery: "maybe" } },
      { state: "not-started" },
      { state: "not-started" },
    ]);
  });

  it("starts no send when its budget is all but over", async () => {
    const { fanOut, peers } = await peersWith([() => "quick"]);
    expect(states(await fanOut({ budgetMs: 1 }))).toEqual(["not-started"]);
    expect(peers[0]?.received).toHaveLength(0);
  });

  it("reaches the 15 of 20 peers that are up", async () => {
    const replies = Array.from(
      { length: 20 },
      (): Reply =>
        ({ text }) =>
          `done: ${text}`,
    );
    const { fanOut, peers } = await peersWith(replies);
    for (const peer of peers.slice(0, 5)) peer.setStatus("paused");
    const results = await fanOut({ budgetMs: 5000 });
    expect(results.slice(0, 5)).toMatchObject(
      Array.from({ length: 5 }, () => ({ state: "failed", error: { delivery: "not-sent" } })),
    );
    expect(states(results.slice(5))).toEqual(Array.from({ length: 15 }, () => "ok"));
  });

  it("rejects with the reason of the caller's signal, and sends nothing more", async () => {
    const { fanOut, peers } = await peersWith([never, never]);
    const controller = new AbortController();
    const pending = fanOut({ signal: controller.signal, concurrency: 1 }).catch((error: unknown) => error);
    await until(() => peers[0]?.received.length === 1);
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await pending).toBe(reason);
    expect(peers[1]?.received).toHaveLength(0);
    expect(await fanOut({ signal: controller.signal }).catch((error: unknown) => error)).toBe(reason);
  });

  it("rejects with closed when the client is closed", async () => {
    const { fanOut, peers, client } = await peersWith([never, never, never]);
    const pending = failureOf(fanOut({ concurrency: 2 }));
    await until(() => peers[1]?.received.length === 1);
    await client.close();
    expect((await pending).code).toBe("closed");
    expect(peers[2]?.received).toHaveLength(0);
  });

  it("resolves to nothing without peers", async () => {
    const { client } = await world();
    expect(await client.fanOut([], "sort", { until: "first" })).toEqual([]);
  });

  it.each([
    ["until", { until: 3 }, "number of peers (2)"],
    ["until", { until: "last" }, "`until`"],
    ["concurrency", { concurrency: 0 }, "`concurrency`"],
    ["messageId", { messageId: "m" }, "There is no option `messageId`"],
    ["budgetMS", { budgetMS: 5 }, "Did you mean `budgetMs`?"],
    ["budgetMs", { budgetMs: 0 }, "`budgetMs`"],
    ["source", { source: STRANGER }, STRANGER],
    ["options", 7, "object"],
  ])("rejects a wrong %s, and sends nothing", async (_, options, text) => {
    const { fanOut, peers } = await peersWith([() => "a", () => "b"]);
    const error = await failureOf(fanOut(options as FanOutOptions));
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toContain(text);
    expect(peers.flatMap(({ received }) => received)).toEqual([]);
  });

  it("rejects the own workspace among the peers, and sends nothing", async () => {
    const { client, me, ids, peers } = await peersWith([() => "a"]);
    const error = await failureOf(client.fanOut([...ids, me.id], "sort"));
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("itself") });
    expect(peers[0]?.received).toEqual([]);
  });

  it("rejects without a `source` where the client has no workspace of its own", async () => {
    const { ids, me, platform } = await peersWith([() => "a"]);
    const client = createA2AClient({ platformUrl: platform.url, workspaces: () => me });
    const error = await failureOf(client.fanOut(ids, "sort"));
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("`source`") });
    expect(states(await client.fanOut(ids, "sort", { source: me.id }))).toEqual(["ok"]);
    await client.close();
  });

  it.each([
    ["no list", "nobody", "an array"],
    ["an id that is none", ["nobody"], "invalid peer_id"],
    ["a peer twice", [STRANGER, STRANGER.toUpperCase()], "twice"],
  ])("rejects %s", async (_, ids, text) => {
    const { client } = await world();
    const error = await failureOf(client.fanOut(ids as string[], "sort"));
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toContain(text);
  });
});
