import { manualClock } from "a2a-peers/testing";
import { expect, it } from "vitest";
import { startTimeouts } from "../../../src/transport/http/timeouts";

const SECOND = 1000;

function watch(totalMs: number, firstStepMs: number) {
  const clock = manualClock();
  const over: { limit: string; at: number }[] = [];
  const limits = startTimeouts(clock, totalMs, firstStepMs, false, (limit) => {
    over.push({ limit, at: clock.now() });
  });
  return { clock, limits, over, startedAt: clock.now() };
}

it("ends a first step that takes too long", async () => {
  const { clock, over, startedAt } = watch(300 * SECOND, 30 * SECOND);
  await clock.advance(300 * SECOND);
  expect(over).toEqual([{ limit: "step", at: startedAt + 30 * SECOND }]);
});

it("gives each step its own time, counted from its beginning", async () => {
  const { clock, limits, over, startedAt } = watch(300 * SECOND, 30 * SECOND);
  await clock.advance(20 * SECOND);
  limits.step(30 * SECOND);
  await clock.advance(29 * SECOND);
  expect(over).toEqual([]);
  await clock.advance(10 * SECOND);
  expect(over).toEqual([{ limit: "step", at: startedAt + 50 * SECOND }]);
});

it("ends the whole when its time is over, in a step without a limit too", async () => {
  const { clock, limits, over, startedAt } = watch(300 * SECOND, 30 * SECOND);
  limits.step(undefined);
  await clock.advance(400 * SECOND);
  expect(over).toEqual([{ limit: "total", at: startedAt + 300 * SECOND }]);
});

it("says total where both limits are the same", async () => {
  const { clock, over } = watch(30 * SECOND, 30 * SECOND);
  await clock.advance(30 * SECOND);
  expect(over).toMatchObject([{ limit: "total" }]);
});

it("is silent once it is stopped", async () => {
  const { clock, limits, over } = watch(300 * SECOND, 30 * SECOND);
  await clock.advance(10 * SECOND);
  limits.stop();
  await clock.advance(400 * SECOND);
  expect(over).toEqual([]);
});
