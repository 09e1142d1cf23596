import type { Library } from "./library";
import { judged, type Row } from "./section";

/** Counts what calls come to, and finds what they must not come to. */
export interface Judge {
  readonly findings: Set<string>;
  outcome(): void;
  error(error: unknown): void;
  toRow(what: string, seed: number): Row;
}

/** Finds what is neither an outcome nor an `A2AError`, and errors that show `secret`. */
export function createJudge({ main }: Library, secret: string): Judge {
  const counts = { outcomes: 0, errors: 0 };
  const findings = new Set<string>();
  return {
    findings,
    outcome() {
      counts.outcomes += 1;
    },
    error(error: unknown) {
      counts.errors += 1;
      if (!main.isA2AError(error)) findings.add(`threw ${String(error).slice(0, 100)}`);
      else if (`${error.message} ${error.detail ?? ""} ${JSON.stringify(error)}`.includes(secret)) {
        findings.add(`an error of code ${error.code} shows the token`);
      }
    },
    toRow: (what, seed) =>
      judged(what, `${counts.outcomes} outcomes, ${counts.errors} errors, seed ${seed}`, [...findings]),
  };
}
