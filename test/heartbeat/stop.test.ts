import { describe, expect, it } from "vitest";
import { turns } from "../helpers/held-clock";
import { BEAT, createFixture, INFO, INTERVAL, refused, SECOND } from "./helpers/fixture";
import { inOrder, OK } from "./helpers/scripted-platform";

/** True when the promise is settled; does not wait for it. */
function startFixture(promise: Promise<unknown>): { readonly done: boolean } {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return state;
}

describe("stop()", () => {
  it("makes a last beat that reports no task and everything else", async () => {
    const { heartbeat, clock, beats, lastBody } = createFixture({
      runtime: () => ({ idleTimeoutSeconds: 60 }),
    });
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("unfinished");
    heartbeat.beginTask("unfinished as well");
    heartbeat.recordError("broken");
    heartbeat.markWedged("stuck");
    await heartbeat.stop();
    expect(beats()).toHaveLength(2);
    expect(lastBody()).toMatchObject({
      active_tasks: 0,
      current_task: "",
      error_rate: 1,
      sample_error: "stuck",
      runtime_state: "wedged",
      uptime_seconds: 5,
      runtime_metadata: { idle_timeout_seconds: 60 },
    });
    expect(clock.pending).toEqual([]);
    await clock.advance(10 * INTERVAL);
    expect(beats()).toHaveLength(2);
  });

  it("aborts the beat under way, which may report tasks", async () => {
    const { heartbeat, clock, platform, beats, eventsOf } = createFixture();
    platform.on(BEAT, inOrder("hang", OK));
    heartbeat.beginTask("unfinished");
    heartbeat.start();
    await clock.advance(3000);
    await heartbeat.stop();
    expect(clock.now()).toBe(3000);
    expect(beats().map(({ body }) => body.active_tasks)).toEqual([1, 0]);
    expect(eventsOf("heartbeat.failed")).toEqual([]);
    expect(clock.pending).toEqual([]);
  });

  it("resolves within timeoutMs when the platform hangs", async () => {
    const { heartbeat, clock, platform, beats } = createFixture({ timeoutMs: 2000 });
    platform.on(BEAT, () => "hang");
    heartbeat.start();
    await clock.advance(1000);
    const stopping = startFixture(heartbeat.stop());
    await clock.advance(1999);
    expect(stopping.done).toBe(false);
    await clock.advance(1);
    expect(stopping.done).toBe(true);
    expect(beats()).toHaveLength(2);
    expect(clock.pending).toEqual([]);
  });

  it.each([
    ["refuses", refused(500)],
    ["refuses the token", refused(401)],
    ["has removed the workspace", refused(410)],
    ["is away", "reset" as const],
  ])("resolves when the platform %s", async (_, answer) => {
    const { heartbeat, clock, platform, eventsOf } = createFixture();
    heartbeat.start();
    await clock.advance(1000);
    platform.on(BEAT, () => answer);
    await heartbeat.stop();
    expect(heartbeat.status.running).toBe(false);
    expect(eventsOf("heartbeat.failed")).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });

  it("keeps the process alive for the last beat", async () => {
    const { heartbeat, clock, platform } = createFixture();
    heartbeat.start();
    await clock.advance(1000);
    platform.on(BEAT, () => ({ ...OK, afterMs: 500 }));
    const stopping = heartbeat.stop();
    await clock.advance(1);
    expect(clock.pending.some(({ background }) => !background)).toBe(true);
    await clock.advance(500);
    await stopping;
  });

  it("makes one last beat when it is called twice", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(1000);
    await Promise.all([heartbeat.stop(), heartbeat.stop()]);
    await heartbeat.stop();
    expect(beats()).toHaveLength(2);
  });

  it.each([1, 2, 5])("resolves within timeoutMs while %i requested beats and a push wait", async (count) => {
    const { heartbeat, clock, platform, beats, lastBody } = createFixture();
    platform.on(BEAT, () => "hang");
    heartbeat.start();
    await clock.advance(5000);
    const asked = Array.from({ length: count }, () => heartbeat.beat());
    heartbeat.beginTask("work");
    await clock.advance(1000);
    const stopping = startFixture(heartbeat.stop());
    await clock.advance(10_000);
    expect(stopping.done).toBe(true);
    await Promise.all(asked);
    expect(beats()).toHaveLength(2);
    expect(lastBody()).toMatchObject({ active_tasks: 0 });
  });

  it("aborts lookups and registrations", async () => {
    const { heartbeat, clock, platform } = createFixture();
    platform.on(INFO, () => "hang");
    heartbeat.start();
    await clock.advance(SECOND + 8 * INTERVAL);
    expect(platform.sent.at(-1)).toMatchObject({ route: INFO });
    await heartbeat.stop();
    await turns();
    expect(clock.pending).toEqual([]);
  });

  it("waits for the last beat when it is called again", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    heartbeat.start();
    await clock.advance(1000);
    platform.on(BEAT, () => ({ ...OK, afterMs: 500 }));
    const both = [startFixture(heartbeat.stop()), startFixture(heartbeat.stop())];
    await clock.advance(499);
    expect(both.map(({ done }) => done)).toEqual([false, false]);
    await clock.advance(1);
    expect(both.map(({ done }) => done)).toEqual([true, true]);
    expect(beats()).toHaveLength(2);
  });

  it("is followed by a beat with the tasks when the heartbeat is started at once", async () => {
    const { heartbeat, clock, lastBody } = createFixture();
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("long");
    const stopping = heartbeat.stop();
    heartbeat.start();
    await stopping;
    await clock.advance(100);
    expect(lastBody()).toMatchObject({ active_tasks: 1, current_task: "long" });
  });

  it("reports an aborted beat to its caller, and counts it neither as a success nor as a failure", async () => {
    const { heartbeat, clock, platform, eventsOf } = createFixture();
    platform.on(BEAT, inOrder("hang", OK));
    const asked = heartbeat.beat();
    heartbeat.start();
    await clock.advance(1000);
    await heartbeat.stop();
    const { ok, error } = await asked;
    expect(ok).toBe(false);
    expect(error?.message).toContain("called off");
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(eventsOf("heartbeat.failed")).toEqual([]);
  });

  it("reports no count twice, whatever is under way", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.recordError("broken");
    heartbeat.start();
    await heartbeat.stop();
    heartbeat.recordSuccess();
    heartbeat.recordSuccess();
    heartbeat.start();
    await clock.advance(100);
    for (const { body } of beats()) expect(body.error_rate).toBeGreaterThanOrEqual(0);
    expect(beats().at(-1)?.body.error_rate).toBe(0);
  });

  it("does nothing before a start", async () => {
    const { heartbeat, clock, beats } = createFixture();
    await heartbeat.stop();
    expect(beats()).toEqual([]);
    heartbeat.start();
    await clock.advance(100);
    expect(beats()).toHaveLength(1);
  });

  it("is called by `await using`", async () => {
    const { another, clock, beats } = createFixture();
    {
      await using heartbeat = another();
      heartbeat.start();
      heartbeat.beginTask("unfinished");
      await clock.advance(100);
    }
    expect(beats().map(({ body }) => body.active_tasks)).toEqual([1, 0]);
    expect(clock.pending).toEqual([]);
  });

  it("cancels a push that is scheduled", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("work");
    await heartbeat.stop();
    await clock.advance(10_000);
    expect(beats().map(({ body }) => body.active_tasks)).toEqual([0, 0]);
  });

  it("keeps active tasks, which are reported after the next start", async () => {
    const { heartbeat, clock, lastBody } = createFixture();
    heartbeat.beginTask("long");
    heartbeat.start();
    await clock.advance(100);
    await heartbeat.stop();
    heartbeat.start();
    await clock.advance(100);
    expect(lastBody()).toMatchObject({ active_tasks: 1, current_task: "long" });
  });
});

describe("closing the client", () => {
  it("halts the heartbeat at once, without an event", async () => {
    const { client, heartbeat, clock, beats, events } = createFixture();
    heartbeat.start();
    await clock.advance(1000);
    await client.close();
    expect(heartbeat.status.running).toBe(false);
    expect(clock.pending).toEqual([]);
    await clock.advance(10 * INTERVAL);
    expect(beats()).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(["heartbeat.sent"]);
    expect(clock.pending).toEqual([]);
  });

  it("aborts the beat under way", async () => {
    const { client, heartbeat, clock, platform, eventsOf } = createFixture();
    platform.on(BEAT, () => "hang");
    heartbeat.start();
    const asked = heartbeat.beat();
    await clock.advance(1000);
    await client.close();
    expect(await asked).toMatchObject({ ok: false, error: { code: "closed" } });
    await clock.advance(10 * INTERVAL);
    expect(heartbeat.status.running).toBe(false);
    expect(eventsOf("heartbeat.failed")).toEqual([]);
    expect(clock.pending).toEqual([]);
  });

  it("leaves stop() and beat() harmless", async () => {
    const { client, heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(1000);
    await client.close();
    await heartbeat.stop();
    expect(await heartbeat.beat()).toMatchObject({ ok: false, error: { code: "closed" } });
    expect(() => heartbeat.start()).toThrow(expect.objectContaining({ code: "closed" }));
    await clock.advance(INTERVAL);
    expect(heartbeat.status.running).toBe(false);
    expect(beats()).toHaveLength(1);
  });
});

it("stop() resolves within one timeoutMs when an earlier stop still waits", async () => {
  const { heartbeat, clock, platform } = createFixture();
  platform.on(BEAT, () => "hang");
  heartbeat.start();
  await clock.advance(1000);
  void heartbeat.stop();
  heartbeat.start();
  let done = false;
  void heartbeat.stop().then(() => {
    done = true;
  });
  await clock.advance(10_500);
  expect(done).toBe(true);
});
