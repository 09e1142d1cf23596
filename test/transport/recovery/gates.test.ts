import { expect, it } from "vitest";
import type { Clock } from "../../../src/runtime/clock";
import { manualClock } from "../../../src/testing/clock";
import { startCall } from "../../../src/transport/call";
import { type Gates, openGates } from "../../../src/transport/recovery/gates";
import { fail, ok } from "../../../src/transport/request/result";

const REFUSED = fail({
  code: "network",
  summary: "Refused",
  delivery: "not-sent",
  retryable: true,
  down: "platform",
});

/** A clock that counts the timers that are set. */
function countingClock() {
  const clock = manualClock();
  const timers = new Set<symbol>();
  const counting: Clock = {
    now: clock.now,
    setTimer(callback, delayMs, background) {
      const id = Symbol("timer");
      timers.add(id);
      const cancel = clock.setTimer(
        () => {
          timers.delete(id);
          callback();
        },
        delayMs,
        background,
      );
      return () => {
        timers.delete(id);
        cancel();
      };
    },
  };
  return { clock: counting, advance: clock.advance, timers };
}

function open(clock: Clock): Gates {
  return openGates({
    clock,
    random: () => 0.5,
    platformUrl: "http://platform.test",
    probeIntervalMs: 500,
    emit: () => {},
  });
}

/** Lets the platform be down for two seconds, and a probe find it back. */
async function recover({ clock, advance }: ReturnType<typeof countingClock>, gates: Gates): Promise<void> {
  for (let n = 0; n < 5; n += 1) gates.report(undefined, REFUSED, clock.now());
  await advance(2000);
  const { call } = startCall(clock, 600_000, false, () => {});
  const pass = await gates.enter(undefined, call, false);
  if (pass === undefined || "refused" in pass) throw new Error("the probe may be made");
  pass.end(ok(1));
  call.end();
}

it("a platform that has just come back leaves no timer behind its last client", async () => {
  const counted = countingClock();
  const [one, two] = [open(counted.clock), open(counted.clock)];
  await recover(counted, one);
  expect(counted.timers.size).toBe(1);
  one.close();
  expect(counted.timers.size).toBe(1);
  one.close();
  expect(counted.timers.size).toBe(1);
  two.close();
  expect(counted.timers.size).toBe(0);
});

it("a client that comes after the last one finds the gate open", async () => {
  const counted = countingClock();
  const one = open(counted.clock);
  await recover(counted, one);
  one.close();
  const next = open(counted.clock);
  const { call } = startCall(counted.clock, 600_000, false, () => {});
  expect(next.enter(undefined, call, false)).toBeUndefined();
  call.end();
  next.close();
});
