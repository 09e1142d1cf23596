import { describe, expect, it } from "vitest";
import { manualClock } from "../../../src/testing/clock";
import { startCall } from "../../../src/transport/call";
import { createGate, type Gate } from "../../../src/transport/recovery/gate";
import type { Entry, Passage } from "../../../src/transport/recovery/passage";
import type { Failure } from "../../../src/transport/request/result";

const REFUSED: Failure = { code: "network", summary: "Refused", delivery: "not-sent", retryable: true };
const down = { down: REFUSED };

function setUp() {
  const clock = manualClock();
  const log: string[] = [];
  const gate = createGate({
    clock,
    random: () => 0.5,
    probeIntervalMs: 500,
    onClosed: ({ summary }) => log.push(`closed: ${summary}`),
    onOpened: (closedMs) => log.push(`opened after ${closedMs} ms`),
  });
  /** Enters with a call of its own, and remembers what becomes of it. */
  function enter(first = false, budgetMs = 600_000) {
    const { call, cancel } = startCall(clock, budgetMs, false, () => {});
    const result: { entry?: Entry; error?: unknown; at?: number } = {};
    const done = gate.enter(call, first).then(
      (entry) => Object.assign(result, { entry, at: clock.now() }),
      (error) => Object.assign(result, { error, at: clock.now() }),
    );
    return { result, done, cancel: () => cancel({ by: "caller", reason: new Error("stop") }) };
  }
  return { clock, log, gate, enter };
}

/** Closes the gate at the current time. */
function closeGate(gate: Gate, now: number): void {
  for (let n = 0; n < 5; n += 1) gate.report(down, now);
}

function passage(entry: Entry | undefined): Passage {
  if (entry?.kind !== "attempt") throw new Error(`Expected a passage, got ${entry?.kind}`);
  return entry;
}

describe("a recovery gate", () => {
  it("closes after five failures in a row and not before", () => {
    const { gate, log } = setUp();
    for (let n = 0; n < 4; n += 1) gate.report(down, 0);
    gate.report("up", 0);
    for (let n = 0; n < 4; n += 1) gate.report(down, 0);
    expect(gate.isOpen).toBe(true);
    gate.report(down, 0);
    expect(gate.isOpen).toBe(false);
    expect(log).toEqual(["closed: Refused"]);
  });

  it("does not count a connection that broke, which says neither up nor down", () => {
    const { gate } = setUp();
    for (let n = 0; n < 4; n += 1) gate.report(down, 0);
    gate.report("unknown", 0);
    gate.report(down, 0);
    expect(gate.isOpen).toBe(false);
  });

  it("lets one probe go and refuses with its failure what came meanwhile", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(500);
    const probe = enter();
    const others = [enter(), enter()];
    await clock.advance(5000);
    expect(others.map(({ result }) => result.entry)).toEqual([undefined, undefined]);
    passage(probe.result.entry).end(down);
    await clock.advance(0);
    expect(others.map(({ result }) => result.entry)).toEqual([
      { kind: "refused", failure: REFUSED },
      { kind: "refused", failure: REFUSED },
    ]);
    expect(gate.isOpen).toBe(false);
  });

  it("begins at most two probes a second", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    const probes: number[] = [];
    for (let tick = 0; tick < 100; tick += 1) {
      const each = enter();
      void each.done.then(() => {
        if (each.result.entry?.kind !== "attempt") return;
        probes.push(clock.now());
        each.result.entry.end(down);
      });
      await clock.advance(100);
    }
    expect(probes.length).toBeGreaterThanOrEqual(18);
    expect(probes.length).toBeLessThanOrEqual(20);
  });

  it("opens once its pace is the largest and nobody waits", async () => {
    const { clock, gate, enter, log } = setUp();
    closeGate(gate, 0);
    await clock.advance(4000);
    const probe = enter();
    await probe.done;
    passage(probe.result.entry).end("up");
    await clock.advance(5900);
    expect(gate.isOpen).toBe(false);
    await clock.advance(200);
    expect(gate.isOpen).toBe(true);
    expect(log).toEqual(["closed: Refused", "opened after 10000 ms"]);
  });

  it("lets a single attempt go on at once after a success for which nobody waited", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(4000);
    const probe = enter();
    await probe.done;
    passage(probe.result.entry).end("up");
    await clock.advance(300);
    const next = enter();
    await next.done;
    expect(next.result).toMatchObject({ entry: { kind: "attempt" }, at: 4300 });
  });

  it("paces the attempts whose delays end only after the success of a probe", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(3000);
    const probe = enter();
    await probe.done;
    // Nobody waits at this moment: all others are between two attempts.
    passage(probe.result.entry).end("up");
    const late: ReturnType<typeof enter>[] = [];
    for (let tick = 0; tick < 20; tick += 1) {
      late.push(...Array.from({ length: 5 }, () => enter()));
      await clock.advance(100);
    }
    const released = late.filter(({ result }) => result.entry?.kind === "attempt");
    expect(released.length).toBeGreaterThanOrEqual(2);
    expect(released.length).toBeLessThanOrEqual(5);
  });

  it("releases all at once after an outage of less than a second", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(500);
    const all = Array.from({ length: 20 }, () => enter());
    await clock.advance(0);
    passage(all[0]?.result.entry).end("up");
    await clock.advance(0);
    expect(all.every(({ result }) => result.entry?.kind === "attempt")).toBe(true);
  });

  it("releases 1, 2, 4 … 64 a second in the order of coming", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(3000);
    const probe = enter();
    const all = Array.from({ length: 300 }, () => enter());
    await clock.advance(0);
    const start = clock.now();
    passage(probe.result.entry).end("up");
    const releasedBy: number[] = [];
    for (let second = 0; second < 9; second += 1) {
      await clock.advance(1000);
      releasedBy.push(all.filter(({ result }) => result.entry !== undefined).length);
    }
    const perSecond = releasedBy.map((count, index) => count - (releasedBy[index - 1] ?? 0));
    for (const [second, rate] of [1, 2, 4, 8, 16, 32, 64, 64, 64].entries()) {
      expect(perSecond[second]).toBeGreaterThanOrEqual(rate - 2);
      expect(perSecond[second]).toBeLessThanOrEqual(rate + 2);
    }
    const times = all.map(({ result }) => (result.at ?? Number.POSITIVE_INFINITY) - start);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("opens for a process that sends more than 64 a second", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(3000);
    const probe = enter();
    await clock.advance(0);
    const waiting = Array.from({ length: 50 }, () => enter());
    passage(probe.result.entry).end("up");
    for (let tick = 0; tick < 200 && !gate.isOpen; tick += 1) {
      for (let n = 0; n < 50; n += 1) waiting.push(enter());
      await clock.advance(100);
    }
    expect(gate.isOpen).toBe(true);
    await clock.advance(0);
    expect(waiting.every(({ result }) => result.entry?.kind === "attempt")).toBe(true);
  });

  it("closes again when an attempt that it released finds the target down", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(3000);
    const probe = enter();
    const [second, third] = [enter(), enter()];
    await clock.advance(0);
    passage(probe.result.entry).end("up");
    await clock.advance(0);
    passage(second.result.entry).end(down);
    await clock.advance(0);
    expect(third.result.entry).toEqual({ kind: "refused", failure: REFUSED });
    expect(gate.isOpen).toBe(false);
  });

  it("takes a probe that the target has not refused for two seconds for a success", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(1000);
    const probe = enter();
    const next = enter();
    await clock.advance(60_000);
    expect(next.result.entry).toBeUndefined();
    passage(probe.result.entry).connected();
    await clock.advance(2000);
    expect(next.result.entry?.kind).toBe("attempt");
  });

  it("lets the next one probe when a probe is cancelled", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(1000);
    const probe = enter();
    const next = enter();
    await clock.advance(100);
    passage(probe.result.entry).end(undefined);
    await clock.advance(500);
    expect(next.result.entry?.kind).toBe("attempt");
  });

  it("is left at once by a call that is aborted, and at its end by one whose budget is over", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(1000);
    enter();
    const aborted = enter();
    const short = enter(false, 2000);
    const last = enter();
    await clock.advance(100);
    aborted.cancel();
    await clock.advance(0);
    expect(aborted.result.at).toBe(1100);
    await clock.advance(5000);
    expect(short.result.error).toMatchObject({ kind: "pool_timeout", phase: "waiting" });
    expect(last.result.entry).toBeUndefined();
  });

  it("lets a beat go before what has waited longer", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    const send = enter();
    const beat = enter(true);
    await clock.advance(500);
    expect(beat.result.entry?.kind).toBe("attempt");
    expect(send.result.entry).toBeUndefined();
  });

  it("refuses at once when ten thousand wait", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    for (let n = 0; n < 10_000; n += 1) enter();
    const last = enter();
    await clock.advance(0);
    expect(last.result.entry).toEqual({ kind: "refused", failure: REFUSED });
  });

  it("ignores the late failure of an attempt from before it opened", async () => {
    const { clock, gate, enter } = setUp();
    closeGate(gate, 0);
    await clock.advance(1000);
    const probe = enter();
    await probe.done;
    passage(probe.result.entry).end("up");
    await clock.advance(7000);
    closeGate(gate, 500);
    expect(gate.isOpen).toBe(true);
  });
});
