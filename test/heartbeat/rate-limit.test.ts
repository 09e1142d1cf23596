import { describe, expect, it } from "vitest";
import { PEER } from "../helpers/ids";
import { BEAT, createFixture, INTERVAL, refused, SECOND } from "./helpers/fixture";
import { OK, type ScriptedAnswer } from "./helpers/scripted-platform";

const MESSAGE = `POST /workspaces/${PEER}/a2a`;
const MINUTE = 60_000;

const reply: ScriptedAnswer = {
  status: 200,
  body: { jsonrpc: "2.0", id: "1", result: { kind: "message", role: "agent", messageId: "m", parts: [] } },
};

/** A platform that takes `limit` requests a minute, and says when the next minute begins. */
function limited(limit: number, random?: () => number) {
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
    if (taken <= limit) return accepted;
    const seconds = Math.ceil(((current + 1) * MINUTE - clock.now()) / 1000);
    return refused(429, "rate limit exceeded", { "retry-after": String(seconds) });
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

  it("a message gives way to the beat that is due, and goes when that is over", async () => {
    const { heartbeat, clock, platform, send, sends, beats } = limited(1000);
    platform.on(BEAT, (_, index) =>
      index === 1 ? refused(429, "slow", { "retry-after": "20" }) : { ...OK, afterMs: 700 },
    );
    platform.on(MESSAGE, () => reply);
    heartbeat.start();
    await clock.advance(SECOND + 19_000);
    void send();
    await clock.advance(100);
    expect(sends()).toHaveLength(1);
    await clock.advance(600);
    void send();
    await clock.advance(2500);
    expect(beats()).toHaveLength(3);
    expect(sends()).toHaveLength(2);
    expect(sends()[1]?.at).toBeGreaterThanOrEqual(Number(beats()[2]?.endedAt));
  });

  it("a beat that hangs holds a message for a few seconds only, and one without time for that not at all", async () => {
    const { heartbeat, clock, client, platform, send, sends } = limited(1000);
    platform.on(BEAT, (_, index) =>
      index === 1 ? refused(429, "slow", { "retry-after": "20" }) : index === 0 ? OK : "hang",
    );
    platform.on(MESSAGE, () => reply);
    heartbeat.start();
    await clock.advance(SECOND + 20_000);
    void send();
    await client.sendA2AMessage(PEER, "hurry", { budgetMs: 2000 });
    expect(sends()).toHaveLength(1);
    await clock.advance(5000);
    expect(sends()).toHaveLength(2);
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
