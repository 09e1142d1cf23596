import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffDelay, nextDelay, type RetryPolicy } from "../../../src/transport/request/backoff";

const DEFAULT: RetryPolicy = { maxAttempts: 5, baseDelayMs: 1000, maxDelayMs: 16_000, jitter: 0.25 };
const FULL: RetryPolicy = { ...DEFAULT, jitter: "full" };
const MIDDLE = () => 0.5;

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempt = fc.integer({ min: 1, max: 50 });
const plain = (number: number) => Math.min(1000 * 2 ** (number - 1), 16_000);

describe("backoffDelay", () => {
  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 16_000],
    [6, 16_000],
    [2000, 16_000],
  ])("waits after attempt %i about %i ms", (number, expected) => {
    expect(backoffDelay(number, DEFAULT, MIDDLE)).toBe(expected);
  });

  it("stays within a quarter of the plain delay", () => {
    fc.assert(
      fc.property(attempt, random, (number, value) => {
        const delay = backoffDelay(number, DEFAULT, () => value);
        expect(delay).toBeGreaterThanOrEqual(plain(number) * 0.75);
        expect(delay).toBeLessThanOrEqual(plain(number) * 1.25);
      }),
    );
  });

  it("with full jitter takes anything from nothing to the plain delay", () => {
    fc.assert(
      fc.property(attempt, random, (number, value) => {
        expect(backoffDelay(number, FULL, () => value)).toBe(plain(number) * value);
      }),
    );
  });
});

describe("nextDelay", () => {
  it("gives none after the last attempt", () => {
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
  ])("with $left ms left and a hint of $hintMs ms gives $expected", ({ left, hintMs, expected }) => {
    expect(nextDelay(1, DEFAULT, MIDDLE, left, hintMs)).toBe(expected);
  });

  it("fits the budget, is never below the hint, and never far above both hint and plain delay", () => {
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
            expect(Math.max(plain(number) * 1.25, hintMs ?? 0)).toBeGreaterThanOrEqual(left);
            return;
          }
          expect(delay).toBeLessThan(left);
          expect(delay).toBeGreaterThanOrEqual(hintMs ?? 0);
          expect(delay).toBeLessThanOrEqual(Math.max(plain(number) * 1.25, (hintMs ?? 0) * 1.5));
        },
      ),
    );
  });
});
