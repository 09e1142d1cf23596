import { expect, it } from "vitest";
import { createPoller, type Poller } from "../../src/inbox/poller";
import { type HeldClock, heldClock } from "../helpers/held-clock";

const INTERVAL_MS = 1000;

/** A poller whose reads take `readMs`. */
function startPoller(clock: HeldClock, readMs: number) {
  const counts = { begun: 0, active: 0, mostAtOnce: 0 };
  const poller: Poller = createPoller({
    clock,
    renew: () => {},
    poll: () =>
      new Promise((resolve) => {
        counts.begun += 1;
        counts.active += 1;
        counts.mostAtOnce = Math.max(counts.mostAtOnce, counts.active);
        clock.setTimer(() => {
          counts.active -= 1;
          resolve(INTERVAL_MS);
        }, readMs);
      }),
  });
  poller.start();
  return { poller, counts };
}

it("never reads twice at once, however slow a read is and however often it is woken", async () => {
  const clock = heldClock();
  const { poller, counts } = startPoller(clock, 10 * INTERVAL_MS);
  for (let n = 0; n < 100; n += 1) {
    poller.wake();
    poller.wakeSoon();
    poller.start();
    await clock.advance(INTERVAL_MS / 2);
  }
  expect(counts.mostAtOnce).toBe(1);
  // In fifty seconds five reads of ten seconds have ended, and the sixth has begun.
  expect(counts.begun).toBe(6);
});

it("reads once more after a slow read during which it was woken, however often", async () => {
  const clock = heldClock();
  const { poller, counts } = startPoller(clock, 100 * INTERVAL_MS);
  for (let n = 0; n < 10; n += 1) poller.wake();
  await clock.advance(100 * INTERVAL_MS);
  expect([counts.begun, counts.active]).toEqual([2, 1]);
  await clock.advance(100 * INTERVAL_MS);
  expect([counts.begun, counts.active]).toEqual([2, 0]);
});

it("counts its pause from the end of a slow read", async () => {
  const clock = heldClock();
  const { counts } = startPoller(clock, 10 * INTERVAL_MS);
  await clock.advance(10 * INTERVAL_MS + INTERVAL_MS / 2);
  expect(counts.begun).toBe(1);
  await clock.advance(INTERVAL_MS / 2);
  expect(counts.begun).toBe(2);
});
