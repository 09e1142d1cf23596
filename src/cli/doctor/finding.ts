/** `broken` keeps the workspace from working, `warning` may do so later, `skipped` was not looked at. */
export type Verdict = "ok" | "warning" | "broken" | "skipped";

/** What one check has found. */
export interface Finding {
  readonly verdict: Verdict;
  /** What is so, as a sentence. */
  readonly reason: string;
  /** A command to paste that mends it, or the next step towards that. */
  readonly mend?: string | undefined;
  /** True for a check that needs what an earlier one has found to be broken. */
  readonly isBlocked?: true;
}

export const ok = (reason: string): Finding => ({ verdict: "ok", reason });
export const skipped = (reason: string, mend?: string): Finding => ({ verdict: "skipped", reason, mend });
export const blocked = (reason: string): Finding => ({ verdict: "skipped", reason, isBlocked: true });
export const warning = (reason: string, mend?: string): Finding => ({ verdict: "warning", reason, mend });
export const broken = (reason: string, mend?: string): Finding => ({ verdict: "broken", reason, mend });
