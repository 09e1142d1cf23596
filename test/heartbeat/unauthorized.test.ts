import { describe, expect, it } from "vitest";
import { OWN } from "../helpers/ids";
import { BEAT, createFixture, INTERVAL, refused, SECOND } from "./helpers/fixture";
import { OK, type Script } from "./helpers/scripted-platform";

const OLD = "old-token-aaaaaaaaaa";
const NEW = "new-token-bbbbbbbbbb";

/** Accepts one token only. */
const accepting =
  (token: string): Script =>
  (sent) =>
    sent.token === token ? OK : refused(401, "invalid workspace auth token");

/** A token source that answers in order; the last answer stays. */
function source(...answers: (string | undefined)[]) {
  const asked = { times: 0 };
  const token = () => {
    asked.times += 1;
    return answers[Math.min(asked.times, answers.length) - 1];
  };
  return { token, asked };
}

describe("a beat that is answered 401", () => {
  it("queries the token source once and is retried with its answer", async () => {
    const { token, asked } = source(OLD, NEW);
    const { heartbeat, platform, beats, events } = createFixture({}, { token });
    platform.on(BEAT, accepting(NEW));
    expect(await heartbeat.beat()).toMatchObject({ ok: true, status: 200 });
    expect(beats().map((beat) => beat.token)).toEqual([OLD, NEW]);
    expect(asked.times).toBe(2);
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(events.map(({ type }) => type)).toEqual(["token.refreshed", "heartbeat.sent"]);
  });

  it("is retried with the same body", async () => {
    const { token } = source(OLD, NEW);
    const { heartbeat, platform, beats } = createFixture(
      {
        runtime: () => ({ capabilities: { session: true }, idleTimeoutSeconds: 600 }),
        monthlySpendCents: () => 1500,
      },
      { token },
    );
    platform.on(BEAT, accepting(NEW));
    heartbeat.recordError("an error");
    heartbeat.beginTask("indexing");
    heartbeat.markWedged("stuck");
    await heartbeat.beat();
    const [first, second] = beats();
    expect(second?.body).toEqual(first?.body);
    expect(second?.body).toMatchObject({
      error_rate: 1,
      active_tasks: 1,
      current_task: "indexing",
      runtime_state: "wedged",
      monthly_spend: 1500,
      runtime_metadata: { capabilities: { session: true }, idle_timeout_seconds: 600 },
    });
  });

  it("is a success when its retry is accepted: its counts are not reported again", async () => {
    const { token } = source(OLD, NEW);
    const { heartbeat, platform, lastBody } = createFixture({}, { token });
    platform.on(BEAT, accepting(NEW));
    heartbeat.recordError("an error");
    await heartbeat.beat();
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ error_rate: 0, sample_error: "" });
  });

  it.each<[string, string | undefined]>([
    ["the same token", OLD],
    ["no token", undefined],
    ["a blank token", " "],
    ["a token that is none", "two words"],
  ])("is not retried when the source returns %s", async (_, answer) => {
    const { token, asked } = source(OLD, answer);
    const { heartbeat, platform, beats } = createFixture({}, { token });
    platform.on(BEAT, accepting(NEW));
    expect(await heartbeat.beat()).toMatchObject({ ok: false, status: 401 });
    expect(beats()).toHaveLength(1);
    expect(asked.times).toBe(2);
    // The old token is kept when the source has no other.
    await heartbeat.beat();
    expect(beats().at(-1)?.token).toBe(OLD);
  });

  it("is retried once at most, however many tokens the source has", async () => {
    const tokens = Array.from({ length: 100 }, (_, index) => `token-number-${index}`);
    const { token } = source(...tokens);
    const { heartbeat, platform, beats } = createFixture({}, { token });
    platform.on(BEAT, () => refused(401));
    await heartbeat.beat();
    expect(beats()).toHaveLength(2);
    await heartbeat.beat();
    expect(beats()).toHaveLength(4);
  });

  it("is sent without a bearer token when there is none", async () => {
    const { heartbeat, beats } = createFixture({}, { token: null });
    expect(await heartbeat.beat()).toMatchObject({ ok: true });
    expect(beats()[0]?.token).toBeUndefined();
  });

  it("shares one query of the token source among all heartbeats of the process", async () => {
    let asked = 0;
    let answer: (token: string) => void = () => {};
    const token = () => {
      asked += 1;
      if (asked === 1) return OLD;
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    };
    const { heartbeat, another, clock, platform, beats, eventsOf } = createFixture({}, { token });
    platform.on(BEAT, accepting(NEW));
    const all = [heartbeat, another(), another(), another()].map((each) => each.beat());
    await clock.advance(100);
    expect(beats()).toHaveLength(4);
    answer(NEW);
    expect(await Promise.all(all)).toMatchObject([{ ok: true }, { ok: true }, { ok: true }, { ok: true }]);
    expect(asked).toBe(2);
    expect(beats().map((beat) => beat.token)).toEqual([OLD, OLD, OLD, OLD, NEW, NEW, NEW, NEW]);
    expect(eventsOf("token.refreshed")).toHaveLength(1);
  });

  it("fails when the token source never answers; the next beat queries it again", async () => {
    let asked = 0;
    const token = () => {
      asked += 1;
      return asked === 2 ? new Promise<string>(() => {}) : OLD;
    };
    const { heartbeat, clock, platform } = createFixture({}, { token });
    platform.on(BEAT, () => refused(401));
    const beat = heartbeat.beat();
    await clock.advance(10_000);
    const { error } = await beat;
    expect(error).toMatchObject({ code: "unauthorized", status: 401 });
    expect(error?.message).toContain("gave no answer within 5000 ms");
    void heartbeat.beat();
    await clock.advance(10);
    expect(asked).toBe(3);
  });
});

describe("a heartbeat whose token is refused", () => {
  it("emits heartbeat.unauthorized at the 3rd refusal in a row and every 20th, and goes on", async () => {
    const { token, asked } = source(OLD);
    const { heartbeat, clock, platform, beats, eventsOf } = createFixture({}, { token });
    platform.on(BEAT, () => refused(401, "invalid workspace auth token"));
    heartbeat.start();
    await clock.advance(SECOND + 60 * INTERVAL);
    expect(beats()).toHaveLength(62);
    expect(asked.times).toBe(63);
    expect(eventsOf("heartbeat.unauthorized").map(({ consecutive }) => consecutive)).toEqual([3, 20, 40, 60]);
    expect(heartbeat.status).toMatchObject({ running: true, consecutiveFailures: 62 });
  });

  it("says what to do, and does not show the token", async () => {
    const { heartbeat, platform, eventsOf, events } = createFixture({}, { token: OLD });
    platform.on(BEAT, (sent) => refused(401, `bad token ${sent.token}`));
    for (let count = 0; count < 3; count += 1) await heartbeat.beat();
    expect(eventsOf("heartbeat.unauthorized")).toMatchObject([
      { workspaceId: OWN, consecutive: 3, reason: expect.stringMatching(/token.*Restart the workspace/s) },
    ]);
    expect(JSON.stringify(events)).not.toContain(OLD);
  });

  it("counts only refusals in a row", async () => {
    const { heartbeat, platform, eventsOf } = createFixture({}, { token: OLD });
    const statuses = [401, 401, 500, 401, 401, 200, 401, 401, 401];
    platform.on(BEAT, (_, index) => refused(statuses[index] ?? 500));
    for (const _ of statuses) await heartbeat.beat();
    expect(eventsOf("heartbeat.unauthorized")).toHaveLength(1);
    expect(heartbeat.status.consecutiveFailures).toBe(3);
  });

  it("recovers once the source has an accepted token", async () => {
    const { token } = source(OLD, OLD, OLD, OLD, NEW);
    const { heartbeat, clock, platform, eventsOf } = createFixture({}, { token });
    platform.on(BEAT, accepting(NEW));
    heartbeat.start();
    await clock.advance(SECOND + 2 * INTERVAL);
    expect(eventsOf("heartbeat.unauthorized")).toHaveLength(1);
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(eventsOf("heartbeat.sent")).toHaveLength(1);
  });
});
