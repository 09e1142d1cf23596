import { type Check, missingResources, type Target } from "./check";
import { errorMessage } from "./error-message";
import { Mismatch, NotObservable } from "./expect";
import { REQUIRED_OPTIONS } from "./required-options";

/**
 * `allowed`: it deviates as platforms of this version may. `skipped`: the rule belongs to the other version, a resource
 * is missing, or the platform offers no way to observe it.
 */
export type Verdict = "pass" | "fail" | "allowed" | "skipped";

export interface Result {
  readonly check: Check;
  readonly verdict: Verdict;
  /** The reason for any other verdict than `pass`, else empty. */
  readonly note: string;
  readonly elapsedMs: number;
}

/** Runs the checks one after the other, so that none observes the effects of another. */
export async function runChecks(checks: readonly Check[], target: Target): Promise<Result[]> {
  const results: Result[] = [];
  for (const check of checks) {
    const startedAt = performance.now();
    const [verdict, note] = await runCheck(check, target);
    results.push({ check, verdict, note, elapsedMs: Math.round(performance.now() - startedAt) });
  }
  return results;
}

async function runCheck(check: Check, target: Target): Promise<[Verdict, string]> {
  if (check.only !== undefined && check.only !== target.version)
    return ["skipped", `a rule of ${check.only}`];
  const missing = missingResources(target, check);
  if (missing.length > 0)
    return ["skipped", `needs ${missing.map((need) => REQUIRED_OPTIONS[need]).join(" and ")}`];
  try {
    await check.run(target);
    return ["pass", ""];
  } catch (error) {
    const reason = errorMessage(error);
    if (error instanceof NotObservable) return ["skipped", reason];
    // A deviating response may be allowed, a missing one never is.
    const isAllowed = check.mayFail !== undefined && error instanceof Mismatch;
    return isAllowed ? ["allowed", `${check.mayFail} (${reason})`] : ["fail", reason];
  }
}
