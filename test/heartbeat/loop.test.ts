import { describe, expect, it } from "vitest";
import { turns } from "../helpers/held-clock";
import { seeded } from "../helpers/seeded";
import { BEAT, createFixture, INTERVAL, SECOND } from "./helpers/fixture";
import { inOrder, OK } from "./helpers/scripted-platform";

const timesOf = (sent: readonly { at: number }[]) => sent.map(({ at }) => at);

describe("a running heartbeat", () => {
  it("beats at once, at a random phase, and then every interval", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(SECOND + 3 * INTERVAL);
    const later = [0, 1, 2, 3].map((index) => SECOND + index * INTERVAL);
    expect(timesOf(beats())).toEqual([0, ...later]);
  });

  it("uses the random function of its client", async () => {
    const { heartbeat, clock, beats } = createFixture({}, { random: () => 0 });
    heartbeat.start();
    await clock.advance(60_000);
    expect(timesOf(beats())).toEqual([0, 3000, 30_000, 57_000]);
  });

  it("is started once, however often start() is called", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    heartbeat.start();
    await clock.advance(SECOND);
    heartbeat.start();
    await clock.advance(INTERVAL);
    expect(timesOf(beats())).toEqual([0, SECOND, SECOND + INTERVAL]);
    expect(clock.pending).toHaveLength(1);
  });

  it("keeps its schedule when answers are slow", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    platform.on(BEAT, () => ({ ...OK, afterMs: 9000 }));
    heartbeat.start();
    await clock.advance(SECOND + 5 * INTERVAL);
    expect(timesOf(beats()).at(-1)).toBe(SECOND + 5 * INTERVAL);
  });

  it("skips the beats missed while the machine was suspended", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(SECOND);
    clock.stall(3_600_000);
    await clock.advance(0);
    const resumedAt = clock.now();
    expect(timesOf(beats())).toEqual([0, SECOND, resumedAt]);
    await clock.advance(INTERVAL);
    expect(timesOf(beats()).slice(3)).toEqual([resumedAt + INTERVAL]);
  });

  it("has one background timer and no other between two beats", async () => {
    const { heartbeat, clock } = createFixture();
    heartbeat.start();
    await clock.advance(10);
    expect(clock.pending).toEqual([{ due: SECOND, background: true }]);
  });

  it("does not keep the process alive during a beat", async () => {
    const { heartbeat, clock, platform } = createFixture();
    platform.on(BEAT, () => "hang");
    heartbeat.start();
    await clock.advance(10);
    expect(clock.pending).not.toHaveLength(0);
    expect(clock.pending.every(({ background }) => background)).toBe(true);
  });

  it("never makes two beats at once", async () => {
    const random = seeded(11);
    const { heartbeat, clock, platform, beats } = createFixture(
      { intervalMs: 1000, timeoutMs: 3000 },
      { random },
    );
    platform.on(BEAT, () => (random() < 0.1 ? "hang" : { ...OK, afterMs: random() * 2500 }));
    const asked: Promise<unknown>[] = [];
    heartbeat.start();
    for (let step = 0; step < 200; step += 1) {
      await clock.advance(random() * 1000);
      if (random() < 0.2) asked.push(heartbeat.beat());
      if (random() < 0.2) heartbeat.beginTask("work").end();
      if (random() < 0.02) heartbeat.markWedged("stuck");
      if (random() < 0.02) heartbeat.clearWedge();
      if (random() < 0.02) {
        void heartbeat.stop();
        heartbeat.start();
      }
    }
    void heartbeat.stop();
    await clock.advance(1_000_000);
    await Promise.all(asked);
    expect(beats().length).toBeGreaterThan(50);
    expect(platform.mostAtOnce(BEAT)).toBe(1);
    expect(clock.pending).toEqual([]);
  });

  it("beats at once and at a new phase after stop() and start()", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(SECOND + 100);
    await heartbeat.stop();
    expect(heartbeat.status.running).toBe(false);
    expect(clock.pending).toEqual([]);
    await clock.advance(1_000_000);
    expect(beats()).toHaveLength(3);
    const again = clock.now();
    heartbeat.start();
    expect(heartbeat.status.running).toBe(true);
    await clock.advance(SECOND + INTERVAL);
    expect(timesOf(beats().slice(3))).toEqual([again, again + SECOND, again + SECOND + INTERVAL]);
  });

  it("runs one loop when it is started while it still stops", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    platform.on(BEAT, inOrder("hang", { ...OK, afterMs: 500 }, OK));
    heartbeat.start();
    await clock.advance(10);
    const stopping = heartbeat.stop();
    heartbeat.start();
    await clock.advance(1000);
    await stopping;
    expect(heartbeat.status.running).toBe(true);
    expect(clock.pending).toHaveLength(1);
    const before = beats().length;
    await clock.advance(10 * INTERVAL);
    expect(beats().length - before).toBe(10);
    expect(platform.mostAtOnce(BEAT)).toBe(1);
  });
});

describe("a push", () => {
  it("follows soon after a task began and after it ended", async () => {
    const { heartbeat, clock, beats, lastBody } = createFixture();
    heartbeat.start();
    await clock.advance(5000);
    const task = heartbeat.beginTask("indexing");
    await clock.advance(1000);
    expect(lastBody()).toMatchObject({ active_tasks: 1, current_task: "indexing" });
    await clock.advance(2000);
    task.end();
    await clock.advance(1000);
    expect(lastBody()).toMatchObject({ active_tasks: 0, current_task: "" });
    expect(beats()).toHaveLength(3);
  });

  it.each([
    ["a wedge", (heartbeat: ReturnType<typeof createFixture>["heartbeat"]) => heartbeat.markWedged("stuck")],
    ["a task", (heartbeat: ReturnType<typeof createFixture>["heartbeat"]) => heartbeat.beginTask("work")],
  ])("follows %s once, and the regular beats keep their schedule", async (_, change) => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(5000);
    change(heartbeat);
    await clock.advance(SECOND + INTERVAL - 5000);
    const [, pushed, ...regular] = timesOf(beats());
    expect(pushed).toBeLessThanOrEqual(6000);
    expect(regular).toEqual([SECOND, SECOND + INTERVAL]);
  });

  it("reports many changes in one beat", async () => {
    const { heartbeat, clock, beats, lastBody } = createFixture();
    heartbeat.start();
    await clock.advance(5000);
    for (let index = 0; index < 100; index += 1) heartbeat.beginTask(`task ${index}`);
    await clock.advance(1000);
    expect(beats()).toHaveLength(2);
    expect(lastBody()).toMatchObject({ active_tasks: 100, current_task: "task 99" });
  });

  it("comes every two seconds at most, however often tasks change", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(3000);
    const before = beats().length;
    for (let index = 0; index < 100; index += 1) {
      heartbeat.beginTask("short").end();
      await clock.advance(100);
    }
    expect(beats().length - before).toBeLessThanOrEqual(6);
    expect(beats().length - before).toBeGreaterThanOrEqual(4);
  });

  it("waits for a slow beat, and is one for all changes meanwhile", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    platform.on(BEAT, inOrder({ ...OK, afterMs: 9000 }, OK));
    heartbeat.start();
    for (let index = 0; index < 80; index += 1) {
      heartbeat.beginTask("short").end();
      await clock.advance(100);
    }
    await clock.advance(2500);
    expect(timesOf(beats())).toEqual([0, 9000]);
  });

  it("is not made when a regular beat comes before it", async () => {
    const { heartbeat, clock, beats, lastBody } = createFixture();
    heartbeat.start();
    await clock.advance(SECOND - 100);
    heartbeat.beginTask("work");
    await clock.advance(5000);
    expect(timesOf(beats())).toEqual([0, SECOND]);
    expect(lastBody()).toMatchObject({ active_tasks: 1 });
  });

  it("is not made while the platform asks to wait", async () => {
    const { heartbeat, clock, platform, beats, lastBody } = createFixture();
    const limited = { status: 429, headers: { "retry-after": "30" } };
    platform.on(BEAT, inOrder(limited, OK));
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("work");
    await clock.advance(32_500);
    expect(timesOf(beats())).toEqual([0, 31_000]);
    expect(lastBody()).toMatchObject({ active_tasks: 1 });
  });

  it("is not made when it was scheduled before the platform asked to wait", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    const limited = { status: 429, headers: { "retry-after": "30" }, afterMs: 500 };
    platform.on(BEAT, inOrder(limited, OK));
    heartbeat.start();
    await clock.advance(100);
    heartbeat.beginTask("work");
    await clock.advance(20_000);
    expect(beats()).toHaveLength(1);
  });

  it("is not made for calls that change nothing", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(3500);
    heartbeat.recordSuccess();
    heartbeat.recordError("no");
    heartbeat.clearWedge();
    await clock.advance(3500);
    expect(beats()).toHaveLength(1);
    heartbeat.markWedged("stuck");
    await clock.advance(3500);
    heartbeat.markWedged("stuck again");
    await clock.advance(3500);
    expect(beats()).toHaveLength(2);
  });

  it("is not made by a heartbeat that does not run", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.beginTask("before the start").end();
    await clock.advance(10_000);
    expect(beats()).toHaveLength(0);
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("at the end");
    await heartbeat.stop();
    const after = beats().length;
    heartbeat.markWedged("too late");
    await clock.advance(10_000);
    expect(beats()).toHaveLength(after);
    expect(clock.pending).toEqual([]);
  });

  it("does not keep the process alive", async () => {
    const { heartbeat, clock } = createFixture();
    heartbeat.start();
    await clock.advance(5000);
    heartbeat.beginTask("work");
    await turns();
    expect(clock.pending).toHaveLength(2);
    expect(clock.pending.every(({ background }) => background)).toBe(true);
  });
});

describe("beat()", () => {
  it("makes one beat without a start", async () => {
    const { heartbeat, clock, beats } = createFixture();
    expect(await heartbeat.beat()).toEqual({ ok: true, status: 200, elapsedMs: 0 });
    expect(heartbeat.status).toMatchObject({ running: false, consecutiveFailures: 0 });
    await clock.advance(100_000);
    expect(beats()).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });

  it("keeps the process alive until it resolves", async () => {
    const { heartbeat, clock, platform } = createFixture();
    platform.on(BEAT, () => "hang");
    const asked = heartbeat.beat();
    await turns();
    expect(clock.pending.some(({ background }) => !background)).toBe(true);
    await clock.advance(10_000);
    expect(await asked).toMatchObject({ ok: false, elapsedMs: 10_000, error: { code: "timeout" } });
  });

  it("waits for the beat under way", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    platform.on(BEAT, inOrder({ ...OK, afterMs: 4000 }, OK));
    heartbeat.start();
    await clock.advance(1000);
    const asked = heartbeat.beat();
    await clock.advance(5000);
    expect(await asked).toMatchObject({ ok: true });
    expect(timesOf(beats())).toEqual([0, 4000]);
  });

  it("leaves the schedule of the regular beats as it is", async () => {
    const { heartbeat, clock, beats } = createFixture();
    heartbeat.start();
    await clock.advance(10_000);
    await heartbeat.beat();
    await clock.advance(SECOND);
    expect(timesOf(beats())).toEqual([0, 10_000, SECOND]);
  });
});
