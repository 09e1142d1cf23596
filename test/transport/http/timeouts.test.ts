import { manualClock } from "a2a-peers/testing";
import { expect, it } from "vitest";
import { startTimeouts } from "../../../src/transport/http/timeouts";

const SECOND = 1000;

function watch(totalMs: number, firstStepMs: number) {
  const clock = manualClock();
  const exceeded: { limit: string; at: number }[] = [];
  const timeouts = startTimeouts(clock, totalMs, firstStepMs, false, (limit) => {
    exceeded.push({ limit, at: clock.now() });
  });
  return { clock, timeouts, exceeded, startedAt: clock.now() };
}

it("reports a first step that exceeds its limit", async () => {
  const { clock, exceeded, startedAt } = watch(300 * SECOND, 30 * SECOND);
  await clock.advance(300 * SECOND);
  expect(exceeded).toEqual([{ limit: "step", at: startedAt + 30 * SECOND }]);
});

it("counts the limit of each step from its beginning", async () => {
  const { clock, timeouts, exceeded, startedAt } = watch(300 * SECOND, 30 * SECOND);
  await clock.advance(20 * SECOND);
  timeouts.step(30 * SECOND);
  await clock.advance(29 * SECOND);
  expect(exceeded).toEqual([]);
  await clock.advance(10 * SECOND);
  expect(exceeded).toEqual([{ limit: "step", at: startedAt + 50 * SECOND }]);
});

it("reports the total limit also in a step without a limit", async () => {
  const { clock, timeouts, exceeded, startedAt } = watch(300 * SECOND, 30 * SECOND);
  timeouts.step(undefined);
  await clock.advance(400 * SECOND);
  expect(exceeded).toEqual([{ limit: "total", at: startedAt + 300 * SECOND }]);
});

it("reports the total limit when both are equal", async () => {
  const { clock, exceeded } = watch(30 * SECOND, 30 * SECOND);
  await clock.advance(30 * SECOND);
  expect(exceeded).toMatchObject([{ limit: "total" }]);
});

it("reports nothing after it was stopped", async () => {
  const { clock, timeouts, exceeded } = watch(300 * SECOND, 30 * SECOND);
  await clock.advance(10 * SECOND);
  timeouts.stop();
  await clock.advance(400 * SECOND);
  expect(exceeded).toEqual([]);
});
