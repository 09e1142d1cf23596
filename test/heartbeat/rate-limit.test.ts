import { describe, expect, it } from "vitest";
import { failureOf } from "../helpers/failure";
import { PEER } from "../helpers/ids";
import { BEAT, createFixture, INTERVAL, refused, SECOND } from "./helpers/fixture";
import { OK, type ScriptedAnswer } from "./helpers/scripted-platform";

const MESSAGE = `POST /workspaces/${PEER}/a2a`;
const MINUTE = 60_000;

const reply: ScriptedAnswer = {
  status: 200,
  body: { jsonrpc: "2.0", id: "1", result: { kind: "message", role: "agent", messageId: "m", parts: [] } },
};

/**
 * A platform that takes `limit` requests a minute, and says when the next minute begins; with `headers` also how many
 * are left, in each response.
 */
function limited(limit: number, random?: () => number, headers = false) {
  const all = createFixture(
    {},
    { retry: { maxAttempts: 20, budgetMs: 30 * MINUTE }, ...(random === undefined ? {} : { random }) },
  );
  const { clock, platform } = all;
  let minute = 0;
  let taken = 0;
  const answer = (accepted: ScriptedAnswer) => () => {
    const current = Math.floor(clock.now() / MINUTE);
    if (current !== minute) taken = 0;
    minute = current;
    taken += 1;
    const seconds = String(Math.ceil(((current + 1) * MINUTE - clock.now()) / 1000));
    const told = {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.max(0, limit - taken)),
      "x-ratelimit-reset": seconds,
    };
    if (taken <= limit) return headers ? { ...accepted, headers: told } : accepted;
    return refused(429, "rate limit exceeded", { "retry-after": seconds, ...(headers ? told : {}) });
  };
  platform.on(BEAT, answer(OK));
  platform.on(MESSAGE, answer(reply));
  const send = () => all.client.sendA2AMessage(PEER, "work").catch(() => undefined);
  const sends = () => platform.sent.filter(({ route }) => route === MESSAGE);
  return { ...all, send, sends };
}

/** The longest time without an accepted beat, in milliseconds. */
function longestSilence(accepted: readonly number[], end: number): number {
  const times = [0, ...accepted, end];
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
}

describe("while a rate limit is in force", () => {
  it("200 messages at once do not keep the beats from the platform for 90 s", async () => {
    const { heartbeat, clock, eventsOf, events, send } = limited(20, () => 0);
    const accepted: number[] = [];
    const settled: unknown[] = [];
    heartbeat.start();
    await clock.advance(1000);
    for (let count = 0; count < 200; count += 1) void send().then((sent) => settled.push(sent));
    for (let second = 0; second < 8 * 60; second += 1) {
      const before = eventsOf("heartbeat.sent").length;
      await clock.advance(1000);
      if (eventsOf("heartbeat.sent").length > before) accepted.push(clock.now());
    }
    expect(longestSilence(accepted, clock.now())).toBeLessThan(90_000);
    expect(settled.length).toBeGreaterThan(100);
    expect(events.some(({ type }) => type === "heartbeat.failed")).toBe(true);
  });

  it("no beat is refused by a platform that says how many requests are left", async () => {
    const { heartbeat, clock, eventsOf, events, send, beats } = limited(60, undefined, true);
    const settled: unknown[] = [];
    heartbeat.start();
    await clock.advance(1000);
    for (let count = 0; count < 200; count += 1) void send().then((sent) => settled.push(sent));
    await clock.advance(8 * MINUTE);
    expect(settled).toHaveLength(200);
    expect(settled.every((sent) => sent !== undefined)).toBe(true);
    expect(eventsOf("heartbeat.sent")).toHaveLength(beats().length);
    expect(events.some(({ type }) => type === "heartbeat.failed")).toBe(false);
  });

  it("a heartbeat without an accepted beat for 60 s reports it once", async () => {
    const { heartbeat, clock, platform, eventsOf } = limited(1000);
    platform.on(BEAT, (_, index) => (index === 0 || index > 8 ? OK : refused(500)));
    heartbeat.start();
    await clock.advance(SECOND + 2 * INTERVAL);
    expect(eventsOf("heartbeat.overdue")).toMatchObject([{ code: "platform_error" }]);
    expect(eventsOf("heartbeat.overdue")[0]?.silentMs).toBeGreaterThanOrEqual(60_000);
    await clock.advance(3 * INTERVAL);
    expect(eventsOf("heartbeat.overdue")).toHaveLength(1);
  });

  it("a message waits for the beat that is due after the reset, and goes when that was accepted", async () => {
    const { heartbeat, clock, platform, send, sends, beats } = limited(1000);
    platform.on(BEAT, (_, index) =>
      index === 1 ? refused(429, "slow", { "retry-after": "20" }) : { ...OK, afterMs: 700 },
    );
    platform.on(MESSAGE, () => reply);
    heartbeat.start();
    await clock.advance(SECOND + 19_000);
    void send();
    await clock.advance(900);
    expect(sends()).toHaveLength(0);
    await clock.advance(2800);
    expect(beats()).toHaveLength(3);
    expect(sends()).toHaveLength(1);
    expect(sends()[0]?.at).toBeGreaterThanOrEqual(Number(beats()[2]?.endedAt));
  });

  it("a beat that hangs holds a message for a few seconds only", async () => {
    const { heartbeat, clock, platform, send, sends } = limited(1000);
    platform.on(BEAT, (_, index) =>
      index === 1 ? refused(429, "slow", { "retry-after": "20" }) : index === 0 ? OK : "hang",
    );
    platform.on(MESSAGE, () => reply);
    heartbeat.start();
    await clock.advance(SECOND + 20_000);
    void send();
    await clock.advance(2000);
    expect(sends()).toHaveLength(0);
    await clock.advance(3000);
    expect(sends()).toHaveLength(1);
  });

  it("a message without time for that is sent after the reset, and refused here before it", async () => {
    const { heartbeat, clock, client, platform, sends } = limited(1000);
    platform.on(BEAT, (_, index) =>
      index === 1 ? refused(429, "slow", { "retry-after": "20" }) : index === 0 ? OK : "hang",
    );
    platform.on(MESSAGE, () => reply);
    heartbeat.start();
    await clock.advance(SECOND + 19_000);
    const early = await failureOf(client.sendA2AMessage(PEER, "early", { budgetMs: 500 }));
    expect(early).toMatchObject({ code: "rate_limited", delivery: "not-sent", attempts: 0 });
    expect(early.retryAfterMs).toBeGreaterThan(0);
    expect(sends()).toHaveLength(0);
    await clock.advance(1500);
    await client.sendA2AMessage(PEER, "hurry", { budgetMs: 1000 });
    expect(sends()).toHaveLength(1);
  });

  it("a heartbeat that stops holds nothing back", async () => {
    const { heartbeat, clock, platform, send, sends } = limited(1000);
    platform.on(BEAT, (_, index) => (index === 0 ? refused(429, "slow", { "retry-after": "20" }) : OK));
    platform.on(MESSAGE, () => reply);
    heartbeat.start();
    await clock.advance(INTERVAL - 10_500 + 300);
    await heartbeat.stop();
    await send();
    expect(sends()).toHaveLength(1);
  });
});
