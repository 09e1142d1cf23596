import type { A2AErrorCode } from "a2a-peers";
import { describe, expect, it } from "vitest";
import { BEAT, createFixture, INTERVAL, refused, SECOND } from "./helpers/fixture";
import { inOrder, OK } from "./helpers/scripted-platform";

describe("a beat is a success", () => {
  it.each([200, 201, 202, 204, 299])("when the platform answers %i", async (status) => {
    const { heartbeat, platform, events } = createFixture();
    platform.on(BEAT, () => ({ status }));
    expect(await heartbeat.beat()).toEqual({ ok: true, status, elapsedMs: 0 });
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(events).toEqual([{ type: "heartbeat.sent", workspaceId: expect.any(String), elapsedMs: 0 }]);
  });

  it.each<[string, unknown]>([
    ["empty", undefined],
    ["no JSON", "OK"],
    ["a list", [1]],
    ["null", null],
    ["a number", 7],
    ["text", '"ok"'],
    ["an object that says something else", { error: "no" }],
  ])("whatever its body is: %s", async (_, body) => {
    const { heartbeat, platform } = createFixture();
    platform.on(BEAT, () => ({ status: 200, body }));
    expect(await heartbeat.beat()).toMatchObject({ ok: true });
    expect(heartbeat.status).toMatchObject({ consecutiveFailures: 0, lastBeatAt: expect.any(Date) });
  });
});

describe("a beat is a failure", () => {
  it.each<[number, A2AErrorCode]>([
    [301, "bad_request"],
    [302, "bad_request"],
    [400, "bad_request"],
    [401, "unauthorized"],
    [403, "bad_request"],
    [404, "bad_request"],
    [410, "workspace_removed"],
    [422, "bad_request"],
    [429, "rate_limited"],
    [500, "platform_error"],
    [502, "platform_error"],
    [503, "platform_error"],
  ])("when the platform answers %i, and is not retried", async (status, code) => {
    const { heartbeat, platform, beats, eventsOf } = createFixture();
    platform.on(BEAT, () => refused(status, "it says no"));
    const report = await heartbeat.beat();
    expect(report).toMatchObject({ ok: false, status, error: { code, status } });
    expect(heartbeat.status).toEqual({ running: false, consecutiveFailures: 1 });
    expect(beats()).toHaveLength(1);
    expect(eventsOf("heartbeat.failed")).toMatchObject([{ consecutive: 1, code, status }]);
  });

  it("reports what the platform answered", async () => {
    const { heartbeat, platform, eventsOf } = createFixture();
    platform.on(BEAT, () => refused(500, "failed to update"));
    await heartbeat.beat();
    expect(eventsOf("heartbeat.failed")[0]?.reason).toContain("failed to update");
  });

  it("when the connection is lost, and is not retried", async () => {
    const { heartbeat, platform, beats, eventsOf } = createFixture();
    platform.on(BEAT, () => "reset");
    const report = await heartbeat.beat();
    expect(report).toMatchObject({ ok: false, error: { code: "network" } });
    expect(report).not.toHaveProperty("status");
    expect(beats()).toHaveLength(1);
    expect(eventsOf("heartbeat.failed")[0]).not.toHaveProperty("status");
  });

  it.each([
    [undefined, 10_000],
    [700, 700],
  ])("when no answer came in time (timeoutMs %s: %i ms)", async (timeoutMs, limit) => {
    const { heartbeat, clock, platform } = createFixture({ timeoutMs });
    platform.on(BEAT, () => "hang");
    const asked = heartbeat.beat();
    await clock.advance(limit);
    expect(await asked).toMatchObject({ ok: false, elapsedMs: limit, error: { code: "timeout" } });
    expect(clock.pending).toEqual([]);
  });

  it("when the token source fails, and nothing is sent", async () => {
    const token = () => {
      throw new Error("the vault is closed");
    };
    const { heartbeat, beats } = createFixture({}, { token });
    expect(await heartbeat.beat()).toMatchObject({ ok: false, error: { code: "configuration" } });
    expect(beats()).toHaveLength(0);
  });
});

describe("a running heartbeat", () => {
  it.each<[string, Parameters<typeof inOrder>[0]]>([
    ["400", refused(400)],
    ["401", refused(401)],
    ["404", refused(404)],
    ["500", refused(500)],
    ["a lost connection", "reset"],
    ["silence", "hang"],
  ])("keeps its schedule over %s, without a burst", async (_, answer) => {
    const { heartbeat, clock, platform, beats } = createFixture();
    platform.on(BEAT, () => answer);
    heartbeat.start();
    await clock.advance(SECOND + 30 * INTERVAL);
    expect(heartbeat.status).toMatchObject({ running: true });
    expect(beats().map(({ at }) => at)).toEqual([
      0,
      ...Array.from({ length: 31 }, (_value, index) => SECOND + index * INTERVAL),
    ]);
  });

  it("shows the time of the last accepted beat", async () => {
    const { heartbeat, clock, platform } = createFixture();
    expect(heartbeat.status).not.toHaveProperty("lastBeatAt");
    platform.on(BEAT, inOrder(refused(500), OK, refused(500)));
    heartbeat.start();
    await clock.advance(10);
    expect(heartbeat.status).not.toHaveProperty("lastBeatAt");
    await clock.advance(SECOND);
    const { lastBeatAt } = heartbeat.status;
    expect(lastBeatAt?.getTime()).toBeLessThanOrEqual(Date.now());
    await clock.advance(INTERVAL);
    expect(heartbeat.status).toMatchObject({ lastBeatAt, consecutiveFailures: 1 });
  });

  it("emits the 1st, 2nd, 3rd, 10th, 20th … failure in a row with its count", async () => {
    const { heartbeat, clock, platform, eventsOf } = createFixture();
    platform.on(BEAT, (_sent, index) => (index < 45 ? refused(500) : OK));
    heartbeat.start();
    await clock.advance(SECOND + 43 * INTERVAL);
    expect(heartbeat.status.consecutiveFailures).toBe(45);
    expect(eventsOf("heartbeat.failed").map(({ consecutive }) => consecutive)).toEqual([
      1, 2, 3, 10, 20, 30, 40,
    ]);
    await clock.advance(INTERVAL);
    expect(heartbeat.status.consecutiveFailures).toBe(0);
  });

  it("counts failures from 1 after an accepted beat", async () => {
    const { heartbeat, clock, platform, eventsOf } = createFixture();
    platform.on(BEAT, inOrder(refused(500), refused(500), OK, "reset", OK));
    heartbeat.start();
    await clock.advance(SECOND + 5 * INTERVAL);
    const rows = eventsOf("heartbeat.failed").map(({ consecutive, code }) => [consecutive, code]);
    expect(rows).toEqual([
      [1, "platform_error"],
      [2, "platform_error"],
      [1, "network"],
    ]);
  });

  it("counts failed pushes and requested beats as well", async () => {
    const { heartbeat, clock, platform } = createFixture();
    platform.on(BEAT, () => refused(500));
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("work");
    await clock.advance(5000);
    await heartbeat.beat();
    expect(heartbeat.status.consecutiveFailures).toBe(3);
  });

  it("goes on when onEvent throws or rejects", async () => {
    let calls = 0;
    const onEvent = () => {
      calls += 1;
      if (calls % 2 === 0) throw new Error("the hook is broken");
      return Promise.reject(new Error("the hook is broken"));
    };
    const { heartbeat, clock, platform, beats } = createFixture({ onEvent });
    platform.on(BEAT, inOrder(OK, refused(500), OK));
    heartbeat.start();
    await clock.advance(SECOND + 2 * INTERVAL);
    expect(beats()).toHaveLength(4);
    expect(calls).toBe(4);
  });

  it("calls its own onEvent, or the client's when it has none", async () => {
    const own: string[] = [];
    const { heartbeat, another, events } = createFixture();
    await another({ onEvent: ({ type }) => own.push(type) }).beat();
    expect(own).toEqual(["heartbeat.sent"]);
    expect(events).toEqual([]);
    await heartbeat.beat();
    expect(events.map(({ type }) => type)).toEqual(["heartbeat.sent"]);
  });
});

describe("a web page with a success status", () => {
  it.each<[string, string, string | undefined]>([
    ["a sign-in page", "<!DOCTYPE html><html><body>Sign in</body></html>", "text/html; charset=utf-8"],
    ["a page without its type", "<html></html>", undefined],
    ["a page behind white space and a byte order mark", "\ufeff\n  <html>", undefined],
    ["an empty page", "", "TEXT/HTML"],
    ["a document", '<?xml version="1.0"?><x/>', "application/xml"],
  ])("is no beat: %s", async (_, body, type) => {
    const { heartbeat, platform, eventsOf } = createFixture();
    const headers = type === undefined ? {} : { "content-type": type };
    platform.on(BEAT, () => ({ status: 200, body, headers }));
    expect(await heartbeat.beat()).toMatchObject({
      ok: false,
      status: 200,
      error: { code: "bad_response", message: expect.stringMatching(/web page.*URL that was asked is/) },
    });
    expect(heartbeat.status.consecutiveFailures).toBe(1);
    expect(eventsOf("heartbeat.failed")).toMatchObject([{ code: "bad_response", status: 200 }]);
  });
});

describe("after a 429", () => {
  const limited = (headers?: Record<string, string>, body: unknown = { error: "rate limit exceeded" }) =>
    ({ status: 429, body, headers: headers ?? {} }) as const;

  it.each<[string, ReturnType<typeof limited>, number]>([
    ["a header", limited({ "retry-after": "40" }), 40_000],
    ["a field of the body", limited(undefined, { error: "slow down", retry_after: 36 }), 36_000],
    ["neither: an interval", limited(), INTERVAL],
  ])("the next beat waits for as long as %s says, and at most 2 s longer", async (_, answer, hint) => {
    for (const share of [0, 0.5, 0.99]) {
      const { heartbeat, clock, platform, beats } = createFixture({}, { random: () => share });
      platform.on(BEAT, inOrder(answer, OK));
      heartbeat.start();
      await clock.advance(70_000);
      expect(beats()[1]?.at).toBeCloseTo(Math.min(hint + Math.min(hint / 2, 2000) * share, 45_000), 3);
    }
  });

  it("the next beat comes well within livenessMs, whatever wait the platform asks for", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    platform.on(BEAT, () => limited({ "retry-after": "86400" }));
    heartbeat.start();
    await clock.advance(600_000);
    const times = beats().map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(10);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(45_000);
  });

  it("a wait of 0 causes no loop without pauses", async () => {
    const { heartbeat, clock, platform, beats } = createFixture({}, { random: () => 0 });
    platform.on(BEAT, () => limited({ "retry-after": "0" }));
    heartbeat.start();
    await clock.advance(10_000);
    expect(beats().length).toBeLessThanOrEqual(11);
  });

  it.each(["-5", "soon", "1e9", "NaN"])("a Retry-After that does not parse is ignored: %s", async (hint) => {
    const { heartbeat, clock, platform, beats } = createFixture({}, { random: () => 0 });
    platform.on(BEAT, inOrder(limited({ "retry-after": hint }), OK));
    heartbeat.start();
    await clock.advance(INTERVAL);
    expect(beats().map(({ at }) => at)).toEqual([0, INTERVAL]);
  });

  it("the beats after the next one keep the interval", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    platform.on(BEAT, inOrder(OK, limited({ "retry-after": "40" }), OK));
    heartbeat.start();
    await clock.advance(200_000);
    const retried = SECOND + 41_000;
    expect(beats().map(({ at }) => at)).toEqual(
      expect.arrayContaining([retried, retried + INTERVAL, retried + 2 * INTERVAL]),
    );
  });

  it("the failure is emitted like any other", async () => {
    const { heartbeat, platform, eventsOf } = createFixture();
    platform.on(BEAT, () => limited({ "retry-after": "7" }));
    const { error } = await heartbeat.beat();
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 7000 });
    expect(eventsOf("heartbeat.failed")).toMatchObject([
      { code: "rate_limited", status: 429, consecutive: 1 },
    ]);
  });
});
