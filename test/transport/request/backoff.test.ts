import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffDelay, nextDelay, type RetryPolicy } from "../../../src/transport/request/backoff";

const DEFAULT: RetryPolicy = { maxAttempts: 5, baseDelayMs: 1000, maxDelayMs: 16_000, jitter: 0.25 };
const FULL: RetryPolicy = { ...DEFAULT, jitter: "full" };
const MIDDLE = () => 0.5;

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempt = fc.integer({ min: 1, max: 50 });
const exponential = (number: number) => Math.min(1000 * 2 ** (number - 1), 16_000);

describe("backoffDelay", () => {
  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 16_000],
    [6, 16_000],
    [2000, 16_000],
  ])("is without jitter, after attempt %i, %i ms", (number, expected) => {
    expect(backoffDelay(number, DEFAULT, MIDDLE)).toBe(expected);
  });

  it("is within a quarter of the exponential delay", () => {
    fc.assert(
      fc.property(attempt, random, (number, value) => {
        const delay = backoffDelay(number, DEFAULT, () => value);
        expect(delay).toBeGreaterThanOrEqual(exponential(number) * 0.75);
        expect(delay).toBeLessThanOrEqual(exponential(number) * 1.25);
      }),
    );
  });

  it("is with full jitter any delay from 0 to the exponential one", () => {
    fc.assert(
      fc.property(attempt, random, (number, value) => {
        expect(backoffDelay(number, FULL, () => value)).toBe(exponential(number) * value);
      }),
    );
  });
});

describe("nextDelay", () => {
  it("is null after the last attempt", () => {
    expect(nextDelay(4, DEFAULT, MIDDLE, 600_000)).toBe(8000);
    expect(nextDelay(5, DEFAULT, MIDDLE, 600_000)).toBeNull();
  });

  it.each([
    { left: 1001, hintMs: 0, expected: 1000 },
    { left: 1000, hintMs: 0, expected: null },
    { left: 0, hintMs: 0, expected: null },
    { left: 20_000, hintMs: 10_000, expected: 12_500 },
    { left: 11_000, hintMs: 10_000, expected: 10_890 },
    { left: 10_000, hintMs: 10_000, expected: null },
    { left: 600_000, hintMs: 31_536_000_000, expected: null },
    { left: 600_000, hintMs: Number.POSITIVE_INFINITY, expected: null },
  ])("is $expected with $left ms left and a hint of $hintMs ms", ({ left, hintMs, expected }) => {
    expect(nextDelay(1, DEFAULT, MIDDLE, left, hintMs)).toBe(expected);
  });

  it("fits the budget, is at least the hint, and is bounded by the hint and the exponential delay", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(DEFAULT, FULL),
        random,
        fc.integer({ min: 0, max: 600_000 }),
        fc.option(fc.integer({ min: 0, max: 2 ** 40 }), { nil: undefined }),
        (number, policy, value, left, hintMs) => {
          const delay = nextDelay(number, policy, () => value, left, hintMs);
          if (delay === null) {
            expect(Math.max(exponential(number) * 1.25, hintMs ?? 0)).toBeGreaterThanOrEqual(left);
            return;
          }
          expect(delay).toBeLessThan(left);
          expect(delay).toBeGreaterThanOrEqual(hintMs ?? 0);
          expect(delay).toBeLessThanOrEqual(Math.max(exponential(number) * 1.25, (hintMs ?? 0) * 1.5));
        },
      ),
    );
  });
});
