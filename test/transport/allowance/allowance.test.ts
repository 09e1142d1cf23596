import { describe, expect, it } from "vitest";
import { manualClock } from "../../../src/testing/clock";
import { createAllowance, type Priority } from "../../../src/transport/allowance/allowance";
import { startCall } from "../../../src/transport/call";
import type { HttpResponse } from "../../../src/transport/response";

const response = (headers: Record<string, string>, status = 200): HttpResponse => ({
  status,
  text: "",
  header: (name) => headers[name],
});

const rateLimit = (limit: number | string, remaining: number | string, reset: number | string) =>
  response({
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(reset),
  });

function setUp() {
  const clock = manualClock();
  const reports: unknown[] = [];
  const allowance = createAllowance({ clock, random: () => 0.5, onUsedUp: (used) => reports.push(used) });
  const order: string[] = [];
  /** Asks for one request. `"now"`, `"waits"`, or the code of the failure once the clock has moved on. */
  function ask(priority: Priority, budgetMs = 600_000): { state: string } {
    const { call } = startCall(clock, budgetMs, false, () => {});
    const asked = { state: "waits" };
    const pending = allowance.acquire(priority, call);
    if (pending === undefined) asked.state = "now";
    void pending?.then(
      (failure) => {
        asked.state = failure?.code ?? `at ${clock.now()}`;
        order.push(priority);
      },
      (error) => {
        asked.state = error.kind;
      },
    );
    return asked;
  }
  const askMany = (priority: Priority, count: number) =>
    Array.from({ length: count }, () => ask(priority)).filter(({ state }) => state === "now").length;
  return { clock, allowance, reports, order, ask, askMany };
}

describe("an allowance", () => {
  it("holds nothing back before a response has told a limit", () => {
    const { askMany } = setUp();
    expect(askMany("enrich", 5000)).toBe(5000);
  });

  it("leaves a share of the limit to those that are more urgent", () => {
    const { allowance, askMany } = setUp();
    allowance.learn(rateLimit(600, 600, 60), 0);
    expect(askMany("enrich", 700)).toBe(480);
    expect(askMany("poll", 700)).toBe(72);
    expect(askMany("send", 700)).toBe(36);
    expect(askMany("reply", 700)).toBe(12);
    expect(askMany("beat", 700)).toBe(700);
  });

  it("leaves what the beats of this process will need until the reset", () => {
    const { allowance, askMany } = setUp();
    askMany("beat", 40);
    allowance.learn(rateLimit(600, 600, 60), 0);
    expect(askMany("reply", 700)).toBe(600 - 41);
  });

  it("lets go what waited at the reset, the most urgent first", async () => {
    const { clock, allowance, ask, order } = setUp();
    allowance.learn(rateLimit(600, 0, 30), 0);
    const asked = (["enrich", "poll", "send", "reply", "send"] as const).map((priority) => ask(priority));
    await clock.advance(30_000);
    expect(asked.map(({ state }) => state)).toEqual(["waits", "waits", "waits", "waits", "waits"]);
    await clock.advance(500);
    expect(order).toEqual(["reply", "send", "send", "poll", "enrich"]);
  });

  it("lets go only as many as a window has, and the rest in the next one", async () => {
    const { clock, allowance, ask, order } = setUp();
    allowance.learn(rateLimit(10, 0, 20), 0);
    for (let n = 0; n < 25; n += 1) ask("send");
    await clock.advance(20_500);
    expect(order).toHaveLength(10);
    await clock.advance(60_500);
    expect(order).toHaveLength(20);
    await clock.advance(60_500);
    expect(order).toHaveLength(25);
  });

  it("lets a message go in each window of the smallest limit", async () => {
    const { clock, allowance, ask } = setUp();
    allowance.learn(rateLimit(1, 0, 60), 0);
    const asked = ask("send");
    await clock.advance(60_500);
    expect(asked.state).toMatch(/^at 60/);
  });

  it("refuses at once what has no time to wait for the reset", async () => {
    const { clock, allowance, ask } = setUp();
    allowance.learn(rateLimit(600, 0, 30), 0);
    const asked = ask("poll", 10_000);
    await clock.advance(0);
    expect(asked.state).toBe("rate_limited");
  });

  it("reports once in a window that it is used up", async () => {
    const { clock, allowance, ask, reports } = setUp();
    allowance.learn(rateLimit(600, 0, 30), 0);
    ask("send");
    ask("send");
    expect(reports).toEqual([{ limit: 600, resetInMs: 30_000 }]);
    await clock.advance(31_000);
    allowance.learn(rateLimit(600, 0, 30), 0);
    ask("send");
    expect(reports).toHaveLength(2);
  });

  it("takes the lowest number that responses of one window say, in whatever order they come", () => {
    const { allowance, askMany } = setUp();
    allowance.learn(rateLimit(100, 50, 60), 0);
    allowance.learn(rateLimit(100, 7, 60), 0);
    allowance.learn(rateLimit(100, 30, 60), 0);
    expect(askMany("reply", 100)).toBe(7);
  });

  it("waits as long as a refusal asks for, but no longer than a minute", async () => {
    const { clock, allowance, ask } = setUp();
    allowance.refused(86_400_000);
    const asked = ask("send");
    await clock.advance(59_000);
    expect(asked.state).toBe("waits");
    await clock.advance(2000);
    expect(asked.state).toMatch(/^at 60/);
  });

  it("holds nothing back once a request that began after the refusal was taken", async () => {
    const { clock, allowance, ask } = setUp();
    await clock.advance(1000);
    allowance.refused(30_000);
    const asked = ask("send");
    allowance.learn(response({}), 500);
    await clock.advance(100);
    expect(asked.state).toBe("waits");
    allowance.learn(response({}), 1050);
    await clock.advance(0);
    expect(asked.state).toBe("at 1100");
  });

  it("holds nothing back once a platform says that it has no limit", async () => {
    const { clock, allowance, ask } = setUp();
    allowance.learn(rateLimit(600, 0, 60), 0);
    const asked = ask("enrich");
    allowance.learn(response({ "x-ratelimit-limit": "unlimited" }), 0);
    await clock.advance(0);
    expect(asked.state).toBe("at 0");
  });

  it.each([
    ["", "1", "1"],
    ["600", "-1", "60"],
    ["600", "0x10", "60"],
    ["600", "0", "soon"],
    ["0", "0", "60"],
    ["1e9", "0", "60"],
    ["600, 600", "0", "60"],
  ])("ignores headers that make no sense: %j, %j, %j", (limit, remaining, reset) => {
    const { allowance, askMany } = setUp();
    allowance.learn(rateLimit(limit, remaining, reset), 0);
    expect(askMany("send", 100)).toBe(100);
  });
});
