import type { Library } from "./library";

/** One line of the table. */
export interface Row {
  /** What was tried. */
  readonly what: string;
  /** `survived`: everything held. `violated`: something that the package promises did not. */
  readonly verdict: "survived" | "violated" | "not run";
  /** What came of it, with its figures; for `violated` and `not run` the reason. */
  readonly result: string;
}

export interface Context {
  readonly library: Library;
  /** The folder of the built package. */
  readonly folder: string;
  /** The form that runs in the tests. */
  readonly short: boolean;
  /** Other runtimes are tried; those that are missing are taken from the npm registry. */
  readonly runtimes: boolean;
  /** How long the soak lasts, in milliseconds. */
  readonly soakMs: number;
}

/** One part of the run. It yields each row as soon as it is known. */
export interface Section {
  readonly name: string;
  run(context: Context): AsyncIterable<Row>;
}

export const survived = (what: string, result: string): Row => ({ what, verdict: "survived", result });
export const violated = (what: string, result: string): Row => ({ what, verdict: "violated", result });
export const notRun = (what: string, result: string): Row => ({ what, verdict: "not run", result });
/** `survived` without findings, else `violated` with them behind the result. */
export const judged = (what: string, result: string, findings: readonly string[]): Row =>
  findings.length === 0 ? survived(what, result) : violated(what, `${result}: ${findings.join("; ")}`);
