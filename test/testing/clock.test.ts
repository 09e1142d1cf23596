import { expect, it } from "vitest";
import { manualClock } from "../../src/testing/index";

it("keeps its time until it is advanced", async () => {
  const clock = manualClock();
  expect(clock.now()).toBe(0);
  await clock.advance(1500);
  expect(clock.now()).toBe(1500);
});

it("runs timers in the order of their times, each at its own time", async () => {
  const clock = manualClock();
  const seen: string[] = [];
  const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
  clock.setTimer(note("late"), 300);
  clock.setTimer(note("early"), 100);
  clock.setTimer(note("also early"), 100);
  clock.setTimer(note("too late"), 301);
  await clock.advance(300);
  expect(seen).toEqual(["early@100", "also early@100", "late@300"]);
});

it("lets promises settle between timers, and runs the timers they set within the span", async () => {
  const clock = manualClock();
  const seen: number[] = [];
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(resolve, ms));
  const work = async () => {
    for (let turn = 0; turn < 3; turn++) {
      await sleep(100);
      await Promise.resolve();
      seen.push(clock.now());
    }
  };
  void work();
  await clock.advance(250);
  expect(seen).toEqual([100, 200]);
  await clock.advance(50);
  expect(seen).toEqual([100, 200, 300]);
});

it("does not run a cancelled timer", async () => {
  const clock = manualClock();
  let ran = false;
  const cancel = clock.setTimer(() => {
    ran = true;
  }, 10);
  cancel();
  await clock.advance(10);
  expect(ran).toBe(false);
});

it("rejects a negative span", async () => {
  await expect(manualClock().advance(-1)).rejects.toThrow(RangeError);
});
