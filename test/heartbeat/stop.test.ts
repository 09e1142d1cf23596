import { describe, expect, it } from "vitest";
import { turns } from "../helpers/held-clock";
import { inOrder, OK } from "./helpers/scripted";
import { BEAT, INFO, INTERVAL, refused, SECOND, world } from "./helpers/world";

/** Whether a promise is settled, without waiting for it. */
function watched(promise: Promise<unknown>): { readonly done: boolean } {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return state;
}

describe("stop()", () => {
  it("ends with one last beat that tells of no task and of everything else", async () => {
    const { heartbeat, clock, beats, lastBody } = world({ runtime: () => ({ idleTimeoutSeconds: 60 }) });
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

  it("ends a beat that is open, as it would leave its tasks behind", async () => {
    const { heartbeat, clock, platform, beats, told } = world();
    platform.on(BEAT, inOrder("hang", OK));
    heartbeat.beginTask("unfinished");
    heartbeat.start();
    await clock.advance(3000);
    await heartbeat.stop();
    expect(clock.now()).toBe(3000);
    expect(beats().map(({ body }) => body.active_tasks)).toEqual([1, 0]);
    expect(told("heartbeat.failed")).toEqual([]);
    expect(clock.pending).toEqual([]);
  });

  it("resolves within the limit of one beat when the platform hangs", async () => {
    const { heartbeat, clock, platform, beats } = world({ timeoutMs: 2000 });
    platform.on(BEAT, () => "hang");
    heartbeat.start();
    await clock.advance(1000);
    const stopping = watched(heartbeat.stop());
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
    const { heartbeat, clock, platform, told } = world();
    heartbeat.start();
    await clock.advance(1000);
    platform.on(BEAT, () => answer);
    await heartbeat.stop();
    expect(heartbeat.status.running).toBe(false);
    expect(told("heartbeat.failed")).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });

  it("keeps the process alive for the last beat", async () => {
    const { heartbeat, clock, platform } = world();
    heartbeat.start();
    await clock.advance(1000);
    platform.on(BEAT, () => ({ ...OK, afterMs: 500 }));
    const stopping = heartbeat.stop();
    await clock.advance(1);
    expect(clock.pending.some(({ background }) => !background)).toBe(true);
    await clock.advance(500);
    await stopping;
  });

  it("called twice makes one last beat", async () => {
    const { heartbeat, clock, beats } = world();
    heartbeat.start();
    await clock.advance(1000);
    await Promise.all([heartbeat.stop(), heartbeat.stop()]);
    await heartbeat.stop();
    expect(beats()).toHaveLength(2);
  });

  it.each([1, 2, 5])("is in time also when %i beats by hand and a push wait", async (count) => {
    const { heartbeat, clock, platform, beats, lastBody } = world();
    platform.on(BEAT, () => "hang");
    heartbeat.start();
    await clock.advance(5000);
    const asked = Array.from({ length: count }, () => heartbeat.beat());
    heartbeat.beginTask("work");
    await clock.advance(1000);
    const stopping = watched(heartbeat.stop());
    await clock.advance(10_000);
    expect(stopping.done).toBe(true);
    await Promise.all(asked);
    expect(beats()).toHaveLength(2);
    expect(lastBody()).toMatchObject({ active_tasks: 0 });
  });

  it("calls off what is looked up and registered beside the beats", async () => {
    const { heartbeat, clock, platform } = world();
    platform.on(INFO, () => "hang");
    heartbeat.start();
    await clock.advance(SECOND + 8 * INTERVAL);
    expect(platform.sent.at(-1)).toMatchObject({ route: INFO });
    await heartbeat.stop();
    await turns();
    expect(clock.pending).toEqual([]);
  });

  it("called again waits for the last beat as well", async () => {
    const { heartbeat, clock, platform, beats } = world();
    heartbeat.start();
    await clock.advance(1000);
    platform.on(BEAT, () => ({ ...OK, afterMs: 500 }));
    const both = [watched(heartbeat.stop()), watched(heartbeat.stop())];
    await clock.advance(499);
    expect(both.map(({ done }) => done)).toEqual([false, false]);
    await clock.advance(1);
    expect(both.map(({ done }) => done)).toEqual([true, true]);
    expect(beats()).toHaveLength(2);
  });

  it("followed by a start at once ends with a beat that tells the tasks again", async () => {
    const { heartbeat, clock, lastBody } = world();
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("long");
    const stopping = heartbeat.stop();
    heartbeat.start();
    await stopping;
    await clock.advance(100);
    expect(lastBody()).toMatchObject({ active_tasks: 1, current_task: "long" });
  });

  it("tells who asked for the beat it called off, and counts that beat as nothing", async () => {
    const { heartbeat, clock, platform, told } = world();
    platform.on(BEAT, inOrder("hang", OK));
    const asked = heartbeat.beat();
    heartbeat.start();
    await clock.advance(1000);
    await heartbeat.stop();
    const { ok, error } = await asked;
    expect(ok).toBe(false);
    expect(error?.message).toContain("called off");
    expect(heartbeat.status.consecutiveFailures).toBe(0);
    expect(told("heartbeat.failed")).toEqual([]);
  });

  it("counts nothing twice, whatever is under way", async () => {
    const { heartbeat, clock, beats } = world();
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

  it("without a start does nothing, and takes nothing from a later start", async () => {
    const { heartbeat, clock, beats } = world();
    await heartbeat.stop();
    expect(beats()).toEqual([]);
    heartbeat.start();
    await clock.advance(100);
    expect(beats()).toHaveLength(1);
  });

  it("is what `await using` does", async () => {
    const { another, clock, beats } = world();
    {
      await using heartbeat = another();
      heartbeat.start();
      heartbeat.beginTask("unfinished");
      await clock.advance(100);
    }
    expect(beats().map(({ body }) => body.active_tasks)).toEqual([1, 0]);
    expect(clock.pending).toEqual([]);
  });

  it("takes back a push that is still to come", async () => {
    const { heartbeat, clock, beats } = world();
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("work");
    await heartbeat.stop();
    await clock.advance(10_000);
    expect(beats().map(({ body }) => body.active_tasks)).toEqual([0, 0]);
  });

  it("leaves a task that goes on to be told after the next start", async () => {
    const { heartbeat, clock, lastBody } = world();
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
  it("ends the heartbeat at once, without an event", async () => {
    const { client, heartbeat, clock, beats, events } = world();
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

  it("ends a beat that is open", async () => {
    const { client, heartbeat, clock, platform, told } = world();
    platform.on(BEAT, () => "hang");
    heartbeat.start();
    const asked = heartbeat.beat();
    await clock.advance(1000);
    await client.close();
    expect(await asked).toMatchObject({ ok: false, error: { code: "closed" } });
    await clock.advance(10 * INTERVAL);
    expect(heartbeat.status.running).toBe(false);
    expect(told("heartbeat.failed")).toEqual([]);
    expect(clock.pending).toEqual([]);
  });

  it("leaves stop() and beat() harmless", async () => {
    const { client, heartbeat, clock, beats } = world();
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

it("ends within one deadline also when an earlier end still waits behind it", async () => {
  const { heartbeat, clock, platform } = world();
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
