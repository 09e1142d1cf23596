import { expect, it, vi } from "vitest";
import { createTurnTime } from "../../src/runtime/turn-time";

it("reads the clock once in each run of synchronous code", async () => {
  const now = vi.fn().mockReturnValueOnce(1).mockReturnValueOnce(2);
  const turnTime = createTurnTime(now);

  expect([turnTime(), turnTime()]).toEqual([1, 1]);
  await undefined;
  expect([turnTime(), turnTime()]).toEqual([2, 2]);
  expect(now).toHaveBeenCalledTimes(2);
});
