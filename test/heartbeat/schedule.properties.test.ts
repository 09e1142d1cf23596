import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextBeatDue, type ScheduleOptions } from "../../src/heartbeat/schedule";
import { seeded } from "../helpers/seeded";

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const interval = fc.integer({ min: 10, max: 3_600_000 });
const moment = fc.integer({ min: 0, max: 10_000_000_000 });

const optionsOf = (intervalMs: number, random: () => number): ScheduleOptions => ({
  intervalMs,
  longestGapMs: 2 * intervalMs,
  random,
});

/** Rounding error of sums of large and small numbers, in milliseconds. */
const DUST = 1e-3;

describe("the schedule", () => {
  it("puts the second beat 10 to 100 % of the interval after the first", () => {
    fc.assert(
      fc.property(interval, moment, share, (intervalMs, start, random) => {
        const state = { lastDueAt: start, now: start, beats: 1 };
        const wait =
          nextBeatDue(
            state,
            optionsOf(intervalMs, () => random),
          ) - start;
        expect(wait).toBeCloseTo(intervalMs * (0.1 + 0.9 * random), 3);
      }),
    );
  });

  it("puts every later beat one interval after the one before, plus or minus 10 %", () => {
    fc.assert(
      fc.property(
        interval,
        moment,
        share,
        fc.integer({ min: 2, max: 10_000 }),
        (intervalMs, start, random, beats) => {
          const state = { lastDueAt: start, now: start, beats };
          const wait =
            nextBeatDue(
              state,
              optionsOf(intervalMs, () => random),
            ) - start;
          expect(wait).toBeGreaterThanOrEqual(0.9 * intervalMs - DUST);
          expect(wait).toBeLessThanOrEqual(1.1 * intervalMs + DUST);
        },
      ),
    );
  });

  it("counts from when a beat was due, however long it took", () => {
    fc.assert(
      fc.property(interval, moment, share, share, (intervalMs, start, random, slow) => {
        const options = optionsOf(intervalMs, () => random);
        const at = (now: number) => nextBeatDue({ lastDueAt: start, now, beats: 2 }, options);
        expect(at(start + slow * 0.89 * intervalMs)).toBe(at(start));
      }),
    );
  });

  it.each([0, 0.3, 0.8])(
    "does not drift in 10,000 beats whose answers take up to %d of the interval",
    (slowest) => {
      const random = seeded(7);
      const options = optionsOf(30_000, random);
      const latency = seeded(8);
      const begin = nextBeatDue({ lastDueAt: 0, now: 0, beats: 1 }, options);
      let due = begin;
      for (let beats = 2; beats < 10_002; beats += 1) {
        due = nextBeatDue({ lastDueAt: due, now: due + latency() * slowest * 30_000, beats }, options);
      }
      expect(Math.abs((due - begin) / 10_000 - 30_000)).toBeLessThan(150);
    },
  );

  it("skips the beats missed by a stall or a suspended machine of any length", () => {
    const stall = fc.double({ min: 0, max: 1e10, noNaN: true });
    fc.assert(
      fc.property(
        interval,
        stall,
        share,
        fc.integer({ min: 1, max: 100 }),
        (intervalMs, lost, random, beats) => {
          const options = optionsOf(intervalMs, () => random);
          const next = nextBeatDue({ lastDueAt: 0, now: lost, beats }, options);
          expect(next).toBeGreaterThan(lost);
          expect(next - lost).toBeLessThanOrEqual(1.1 * intervalMs + DUST);
          const after = nextBeatDue({ lastDueAt: next, now: next, beats: beats + 1 }, options);
          expect(after - next).toBeGreaterThanOrEqual(0.9 * intervalMs - DUST);
        },
      ),
    );
  });

  it.each([Number.NaN, -1, 2, Number.POSITIVE_INFINITY])(
    "always pauses, whatever the random function returns: %s",
    (rubbish) => {
      const options = optionsOf(30_000, () => rubbish);
      for (const beats of [1, 2]) {
        const due = nextBeatDue({ lastDueAt: 0, now: 0, beats }, options);
        expect(due).toBeGreaterThanOrEqual(3000 - DUST);
        expect(due).toBeLessThanOrEqual(33_000 + DUST);
      }
    },
  );

  describe("when the platform asks to wait", () => {
    const options = { intervalMs: 30_000, longestGapMs: 60_000 };
    const hint = fc.integer({ min: 30_000, max: 40_000 });

    it("waits at least that long, and at most 50 % or 2 s longer", () => {
      fc.assert(
        fc.property(hint, share, moment, (hintMs, random, now) => {
          const state = { lastDueAt: now - 5, now, beats: 9 };
          const wait = nextBeatDue(state, { ...options, random: () => random }, hintMs) - now;
          expect(wait).toBeGreaterThanOrEqual(hintMs - DUST);
          expect(wait).toBeLessThanOrEqual(hintMs + Math.min(hintMs / 2, 2000) + DUST);
        }),
      );
    });

    it.each([
      [40_000, 2000],
      [1000, 500],
      [0, 500],
    ])("spreads runtimes with the same wait of %i ms over %i ms", (hintMs, width) => {
      const random = seeded(3);
      const state = { lastDueAt: 0, now: 0, beats: 9 };
      const waits = Array.from({ length: 1000 }, () => nextBeatDue(state, { ...options, random }, hintMs));
      expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(0.9 * width);
    });

    it("waits no longer than longestGapMs", () => {
      const anyHint = fc.oneof(fc.integer({ min: 0, max: 2 ** 40 }), fc.constant(Number.MAX_SAFE_INTEGER));
      fc.assert(
        fc.property(anyHint, share, (hintMs, random) => {
          const state = { lastDueAt: 0, now: 0, beats: 9 };
          const due = nextBeatDue(state, { ...options, random: () => random }, hintMs);
          expect(due).toBeLessThanOrEqual(60_000);
        }),
      );
    });
  });
});
