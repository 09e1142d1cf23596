import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHealth } from "../../src/heartbeat/health";
import { BEAT, createFixture, refused } from "./helpers/fixture";
import { inOrder, OK } from "./helpers/scripted-platform";

const healthy = () => createHealth(() => {});

describe("the error rate", () => {
  it.each([
    [0, 0, 0],
    [3, 0, 0],
    [3, 1, 0.25],
    [0, 2, 1],
    [1, 1, 0.5],
  ])("of %i successes and %i errors is %d", (successes, errors, rate) => {
    const health = healthy();
    for (let count = 0; count < successes; count += 1) health.recordSuccess();
    for (let count = 0; count < errors; count += 1) health.recordError("broken");
    expect(health.snapshot().errorRate).toBe(rate);
  });

  it("starts at 0 after each accepted beat", async () => {
    const { heartbeat, lastBody } = createFixture();
    heartbeat.recordError("broken");
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ error_rate: 1, sample_error: "broken" });
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ error_rate: 0, sample_error: "" });
  });

  it.each([
    ["is refused", refused(500)],
    ["is refused for its token", refused(401)],
    ["is lost", "reset" as const],
    ["is never answered", "hang" as const],
  ])("keeps its counts when a beat %s", async (_, answer) => {
    const { heartbeat, clock, platform, lastBody } = createFixture();
    platform.on(BEAT, inOrder(answer, OK));
    heartbeat.recordError("broken");
    const first = heartbeat.beat();
    await clock.advance(10_000);
    expect(await first).toMatchObject({ ok: false });
    heartbeat.recordSuccess();
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ error_rate: 0.5, sample_error: "broken" });
  });

  it("counts what is recorded during a beat in the next one", async () => {
    const { heartbeat, clock, platform, beats } = createFixture();
    platform.on(BEAT, inOrder({ ...OK, afterMs: 1000 }, OK));
    heartbeat.recordSuccess();
    const open = heartbeat.beat();
    await clock.advance(500);
    heartbeat.recordError("during the beat");
    await clock.advance(500);
    await open;
    await heartbeat.beat();
    await heartbeat.beat();
    const reported = beats().map(({ body }) => [body.error_rate, body.sample_error]);
    expect(reported).toEqual([
      [0, ""],
      [1, "during the beat"],
      [0, ""],
    ]);
  });

  it("loses no count and reports none twice, in any order of events", () => {
    const act = fc.constantFrom("success", "error", "accepted", "failed", "open");
    fc.assert(
      fc.property(fc.array(act, { maxLength: 100 }), (acts) => {
        const health = healthy();
        const all = { requests: 0, errors: 0 };
        const reported = { requests: 0, errors: 0 };
        let open: { report: ReturnType<typeof health.snapshot>; upTo: typeof all } | undefined;
        for (const each of acts) {
          if (each === "success") {
            all.requests += 1;
            health.recordSuccess();
          }
          if (each === "error") {
            all.requests += 1;
            all.errors += 1;
            health.recordError(`error ${all.errors}`);
          }
          if (each === "open" && open === undefined) {
            open = { report: health.snapshot(), upTo: { ...all } };
            const requests = all.requests - reported.requests;
            const errors = all.errors - reported.errors;
            expect(open.report.errorRate).toBe(requests === 0 ? 0 : errors / requests);
            expect(open.report.sampleError).toBe(errors === 0 ? "" : `error ${all.errors}`);
          }
          if (each === "accepted" && open !== undefined) {
            open.report.accepted();
            Object.assign(reported, open.upTo);
            open = undefined;
          }
          if (each === "failed") open = undefined;
        }
      }),
    );
  });
});

describe("the sample error", () => {
  it("is the newest", () => {
    const health = healthy();
    health.recordError("first");
    health.recordError("second");
    health.recordSuccess();
    expect(health.snapshot().sampleError).toBe("second");
  });

  it("is one line of at most 1,000 characters", () => {
    const health = healthy();
    health.recordError(`\u001b[31mred\n${"x".repeat(1_000_000)}`);
    const { sampleError } = health.snapshot();
    expect(sampleError).toMatch(/^\[31mred x+…$/);
    expect(sampleError.length).toBeLessThanOrEqual(1000);
  });
});

describe("a wedge", () => {
  it("is reported with its first reason until it is cleared", async () => {
    const { heartbeat, lastBody } = createFixture();
    heartbeat.markWedged("control request timeout");
    heartbeat.markWedged("another reason");
    await heartbeat.beat();
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ runtime_state: "wedged", sample_error: "control request timeout" });
    expect(heartbeat.status.wedged).toBe("control request timeout");
    heartbeat.clearWedge();
    await heartbeat.beat();
    expect(lastBody()).not.toHaveProperty("runtime_state");
    expect(lastBody().sample_error).toBe("");
    expect(heartbeat.status).not.toHaveProperty("wedged");
  });

  it("can come again after it was cleared, for another reason", async () => {
    const { heartbeat, lastBody } = createFixture();
    heartbeat.markWedged("first");
    heartbeat.clearWedge();
    heartbeat.markWedged("second");
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ runtime_state: "wedged", sample_error: "second" });
  });

  it("replaces the sample error and leaves the error rate as it is", async () => {
    const { heartbeat, platform, lastBody } = createFixture();
    platform.on(BEAT, inOrder(refused(500), OK));
    heartbeat.recordError("an ordinary error");
    heartbeat.markWedged("stuck");
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ error_rate: 1, sample_error: "stuck", runtime_state: "wedged" });
    heartbeat.clearWedge();
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ error_rate: 1, sample_error: "an ordinary error" });
  });

  it("stays over failed beats and a restart of the heartbeat", async () => {
    const { heartbeat, clock, platform, lastBody } = createFixture();
    platform.on(BEAT, inOrder(refused(500), OK));
    heartbeat.markWedged("stuck");
    heartbeat.start();
    await clock.advance(10);
    await heartbeat.stop();
    heartbeat.start();
    await clock.advance(10);
    expect(lastBody()).toMatchObject({ runtime_state: "wedged", sample_error: "stuck" });
  });
});

describe("tasks", () => {
  const shown = (health: ReturnType<typeof healthy>) => {
    const { activeTasks, currentTask } = health.snapshot();
    return [activeTasks, currentTask];
  };

  it("are counted, and the one that began last is named", () => {
    const health = healthy();
    const endOuter = health.beginTask("outer");
    expect(shown(health)).toEqual([1, "outer"]);
    const endInner = health.beginTask("inner");
    expect(shown(health)).toEqual([2, "inner"]);
    endInner();
    expect(shown(health)).toEqual([1, "outer"]);
    endOuter();
    expect(shown(health)).toEqual([0, ""]);
  });

  it("may end in any order", () => {
    const health = healthy();
    const endFirst = health.beginTask("first");
    const endSecond = health.beginTask("second");
    endFirst();
    expect(shown(health)).toEqual([1, "second"]);
    endSecond();
    expect(shown(health)).toEqual([0, ""]);
  });

  it("end once, however often end() is called", () => {
    let changes = 0;
    const health = createHealth(() => {
      changes += 1;
    });
    const end = health.beginTask("same");
    health.beginTask("same");
    end();
    end();
    end();
    expect(shown(health)).toEqual([1, "same"]);
    expect(changes).toBe(3);
  });

  it("end with the block of `using`, also when it throws", async () => {
    const { heartbeat, lastBody } = createFixture();
    const work = async () => {
      using _task = heartbeat.beginTask("indexing");
      await heartbeat.beat();
      throw new Error("broken");
    };
    await expect(work()).rejects.toThrow("broken");
    expect(lastBody()).toMatchObject({ active_tasks: 1, current_task: "indexing" });
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ active_tasks: 0, current_task: "" });
  });

  it("stay active when a beat is accepted", async () => {
    const { heartbeat, lastBody } = createFixture();
    heartbeat.beginTask("long");
    await heartbeat.beat();
    await heartbeat.beat();
    expect(lastBody()).toMatchObject({ active_tasks: 1, current_task: "long" });
  });

  it("are named in one line of at most 1,000 characters", () => {
    const health = healthy();
    health.beginTask(`a\nb${"x".repeat(5000)}`);
    expect(health.snapshot().currentTask).toMatch(/^a bx+…$/);
    expect(health.snapshot().currentTask.length).toBeLessThanOrEqual(1000);
  });
});
