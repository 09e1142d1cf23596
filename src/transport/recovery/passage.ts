import type { Failure } from "../request/result";

/** How one attempt ended, as far as it tells about the target: `down` with its failure. */
export type Verdict = "up" | "unknown" | { readonly down: Failure };

/** The right to make one attempt while the gate is not open. */
export interface Passage {
  readonly kind: "attempt";
  /** Says that the attempt has a connection. */
  connected(): void;
  /** Says how the attempt ended; `undefined` for one that was not made to its end. Each passage needs one. */
  end(verdict: Verdict | undefined): void;
}

/** What becomes of an attempt at a gate that is not open. `refused`: another attempt has just found the target down. */
export type Entry = Passage | { readonly kind: "refused"; readonly failure: Failure };
