import { type Check, missingIn, type World } from "./check";
import { Mismatch, NotSeen } from "./expect";
import { HINTS } from "./hints";
import { reasonOf } from "./reason";

/**
 * `allowed` failed as platforms of this version may. `skipped` was not seen: the version has no such rule, or
 * something that it needs was not given, or the platform gave no occasion.
 */
export type Verdict = "pass" | "fail" | "allowed" | "skipped";

export interface Result {
  readonly check: Check;
  readonly verdict: Verdict;
  /** Why it is not a pass; empty for one. */
  readonly note: string;
  readonly elapsedMs: number;
}

/** Runs the checks one after the other, so that none sees the traces of another. */
export async function runChecks(checks: readonly Check[], world: World): Promise<Result[]> {
  const results: Result[] = [];
  for (const check of checks) {
    const startedAt = performance.now();
    const [verdict, note] = await verdictOf(check, world);
    results.push({ check, verdict, note, elapsedMs: Math.round(performance.now() - startedAt) });
  }
  return results;
}

async function verdictOf(check: Check, world: World): Promise<[Verdict, string]> {
  if (check.only !== undefined && check.only !== world.version) return ["skipped", `a rule of ${check.only}`];
  const missing = missingIn(world, check);
  if (missing.length > 0) return ["skipped", `needs ${missing.map((need) => HINTS[need]).join(" and ")}`];
  try {
    await check.run(world);
    return ["pass", ""];
  } catch (error) {
    const reason = reasonOf(error);
    if (error instanceof NotSeen) return ["skipped", reason];
    // A platform may answer differently; it may not fail to answer.
    const isAllowed = check.mayFail !== undefined && error instanceof Mismatch;
    return isAllowed ? ["allowed", `${check.mayFail} (${reason})`] : ["fail", reason];
  }
}
