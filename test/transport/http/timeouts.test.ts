import { manualClock } from "a2a-peers/testing";
import { expect, it } from "vitest";
import { setStepLimit, startTimeouts, stopTimeouts } from "../../../src/transport/http/timeouts";

const SECOND = 1000;

function watch(totalMs: number, firstStepMs: number) {
  const clock = manualClock();
  const exceeded: { limit: string; at: number }[] = [];
  const read = { bytes: 0 };
  const timeouts = startTimeouts({
    clock,
    totalMs,
    stepMs: firstStepMs,
    background: false,
    bytesRead: () => read.bytes,
    onTimeout: (limit) => exceeded.push({ limit, at: clock.now() }),
  });
  return { clock, timeouts, exceeded, read, startedAt: clock.now() };
}

it("reports a first step that exceeds its limit", async () => {
  const { clock, exceeded, startedAt } = watch(300 * SECOND, 30 * SECOND);
  await clock.advance(300 * SECOND);
  expect(exceeded).toEqual([{ limit: "step", at: startedAt + 30 * SECOND }]);
});

it("counts the limit of each step from its beginning", async () => {
  const { clock, timeouts, exceeded, startedAt } = watch(300 * SECOND, 30 * SECOND);
  await clock.advance(20 * SECOND);
  setStepLimit(timeouts, 30 * SECOND);
  await clock.advance(29 * SECOND);
  expect(exceeded).toEqual([]);
  await clock.advance(10 * SECOND);
  expect(exceeded).toEqual([{ limit: "step", at: startedAt + 50 * SECOND }]);
});

it("reports the total limit also in a step without a limit", async () => {
  const { clock, timeouts, exceeded, startedAt } = watch(300 * SECOND, 30 * SECOND);
  setStepLimit(timeouts, undefined);
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
  stopTimeouts(timeouts);
  await clock.advance(400 * SECOND);
  expect(exceeded).toEqual([]);
});

const poll = () => new Promise(setImmediate);

it("looks at what has arrived meanwhile before it decides", async () => {
  const { clock, timeouts, exceeded, read } = watch(SECOND, SECOND);
  // Stopped as an answer would, that is read in the pass of the event loop right after the limit.
  setImmediate(() => stopTimeouts(timeouts));
  await clock.advance(SECOND);
  await poll();
  expect(exceeded).toEqual([]);
  expect(read.bytes).toBe(0);
});

it("waits while more of an answer arrives, but not for ever", async () => {
  const { clock, exceeded, read } = watch(SECOND, SECOND);
  const arriving = () => {
    read.bytes += 1000;
    if (exceeded.length === 0) setImmediate(arriving);
  };
  setImmediate(arriving);
  await clock.advance(SECOND);
  await poll();
  expect(exceeded).toEqual([]);
  for (let passes = 0; passes < 200 && exceeded.length === 0; passes += 1) await poll();
  expect(exceeded).toMatchObject([{ limit: "total" }]);
});

it("arms an earlier timer for a step that is shorter than what was armed", async () => {
  const { clock, timeouts, exceeded, startedAt } = watch(300 * SECOND, 100 * SECOND);
  setStepLimit(timeouts, 3 * SECOND);
  await clock.advance(300 * SECOND);
  expect(exceeded).toEqual([{ limit: "step", at: startedAt + 3 * SECOND }]);
});
