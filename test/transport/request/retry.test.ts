import fc from "fast-check";
import { expect, it } from "vitest";
import type { RetryPolicy } from "../../../src/transport/request/backoff";
import { type AttemptResult, type RetryLoop, retryUntilDone } from "../../../src/transport/request/retry";

const POLICY: RetryPolicy = { maxAttempts: 5, baseDelayMs: 1000, maxDelayMs: 16_000, jitter: 0.25 };
const BUDGET_MS = 600_000;

/** One attempt of a history; it takes `takesMs` or what is left of the budget. */
interface Step {
  takesMs: number;
  end: "ok" | "retryable" | "final";
  hintMs: number | undefined;
}

interface Conditions {
  policy: RetryPolicy;
  budgetMs: number;
  random: () => number;
}

/** Runs the loop over a history in virtual time. */
async function run(history: readonly Step[], conditions: Partial<Conditions> = {}) {
  const { policy = POLICY, budgetMs = BUDGET_MS, random = () => 0.5 } = conditions;
  let now = 0;
  const sleeps: number[] = [];
  const startedAt: number[] = [];
  const retries: [attempt: number, delayMs: number][] = [];
  const loop: RetryLoop<string, string> = {
    policy,
    random,
    remainingMs: () => Math.max(0, budgetMs - now),
    async sleep(ms) {
      sleeps.push(ms);
      now += ms;
    },
    async attempt(number): Promise<AttemptResult<string, string>> {
      startedAt.push(now);
      const step = history[number - 1] ?? { takesMs: 0, end: "retryable", hintMs: undefined };
      now += Math.min(step.takesMs, budgetMs - now);
      if (step.end === "ok") return { ok: true, value: `attempt ${number}` };
      return {
        ok: false,
        failure: `attempt ${number}`,
        retryable: step.end === "retryable",
        hintMs: step.hintMs,
      };
    },
    onRetry: (attempt, delayMs) => retries.push([attempt, delayMs]),
  };
  const result = await retryUntilDone(await loop.attempt(1), loop);
  return { result, elapsedMs: now, sleeps, startedAt, retries };
}

const retryable = (takesMs = 0, hintMs?: number): Step => ({ takesMs, end: "retryable", hintMs });

it("makes five attempts, one, two, four and eight seconds apart", async () => {
  const { result, sleeps, retries } = await run([]);

  expect(result).toEqual({ ok: false, failure: "attempt 5", retryable: true, hintMs: undefined });
  expect(sleeps).toEqual([1000, 2000, 4000, 8000]);
  expect(retries).toEqual([
    [2, 1000],
    [3, 2000],
    [4, 4000],
    [5, 8000],
  ]);
});

it("ends with the first success", async () => {
  const { result, sleeps } = await run([retryable(), { takesMs: 5, end: "ok", hintMs: undefined }]);

  expect(result).toEqual({ ok: true, value: "attempt 2" });
  expect(sleeps).toEqual([1000]);
});

it("ends with the first failure that is not retryable", async () => {
  const { result, sleeps } = await run([{ takesMs: 5, end: "final", hintMs: 1 }]);

  expect(result).toMatchObject({ ok: false, failure: "attempt 1" });
  expect(sleeps).toEqual([]);
});

it("fails at once when the requested wait exceeds the remaining budget", async () => {
  const { result, elapsedMs } = await run([retryable(10, BUDGET_MS)]);

  expect(result).toMatchObject({ ok: false, failure: "attempt 1" });
  expect(elapsedMs).toBe(10);
});

it("makes no second attempt when the first one has taken the whole budget", async () => {
  const { startedAt, elapsedMs } = await run([retryable(Number.POSITIVE_INFINITY)]);

  expect(startedAt).toEqual([0]);
  expect(elapsedMs).toBe(BUDGET_MS);
});

it("stays within the attempts and the budget for any history", async () => {
  const step: fc.Arbitrary<Step> = fc.record({
    takesMs: fc.integer({ min: 0, max: 320_000 }),
    end: fc.constantFrom("ok", "retryable", "retryable", "retryable", "final"),
    hintMs: fc.option(fc.integer({ min: 0, max: 700_000 }), { nil: undefined }),
  });
  const policy = fc.record({
    maxAttempts: fc.integer({ min: 1, max: 8 }),
    baseDelayMs: fc.integer({ min: 0, max: 5000 }),
    maxDelayMs: fc.integer({ min: 5000, max: 60_000 }),
    jitter: fc.constantFrom<RetryPolicy["jitter"]>(0, 0.25, 1, "full"),
  });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 8 }),
      policy,
      fc.integer({ min: 1, max: BUDGET_MS }),
      fc.array(random, { minLength: 1, maxLength: 20 }),
      async (history, policy, budgetMs, values) => {
        let drawn = 0;
        const draw = () => values[drawn++ % values.length] ?? 0;
        const outcome = await run(history, { policy, budgetMs, random: draw });

        expect(outcome.startedAt.length).toBeLessThanOrEqual(policy.maxAttempts);
        expect(outcome.sleeps.length).toBe(outcome.startedAt.length - 1);
        expect(outcome.elapsedMs).toBeLessThanOrEqual(budgetMs);
        for (const at of outcome.startedAt) expect(at).toBeLessThan(budgetMs);
        for (const [index, ms] of outcome.sleeps.entries()) {
          expect(ms).toBeGreaterThanOrEqual(history[index]?.hintMs ?? 0);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
