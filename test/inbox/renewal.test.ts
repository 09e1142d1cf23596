import { expect, it, vi } from "vitest";
import { createPoller } from "../../src/inbox/poller";
import { heldClock } from "../helpers/held-clock";

const MINUTE = 60_000;

it("a pause of the inbox is as long as it was, and renews the lock every minute", async () => {
  const clock = heldClock();
  const reads: number[] = [];
  const renewals: number[] = [];
  const poller = createPoller({
    clock,
    poll: async () => reads.push(clock.now()) && 3.5 * MINUTE,
    renew: () => renewals.push(clock.now()),
  });
  poller.start();
  await clock.advance(8 * MINUTE);
  expect(reads).toEqual([0, 3.5 * MINUTE, 7 * MINUTE]);
  expect(renewals).toEqual([1, 2, 3, 4.5, 5.5, 6.5, 8].map((minutes) => minutes * MINUTE));
  await poller.stop();
  expect(clock.pending).toEqual([]);
});

it("a short pause renews nothing", async () => {
  const clock = heldClock();
  const renew = vi.fn();
  const poller = createPoller({ clock, poll: async () => MINUTE, renew });
  poller.start();
  await clock.advance(10 * MINUTE);
  expect(renew).not.toHaveBeenCalled();
  await poller.stop();
});
