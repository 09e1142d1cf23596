import type { Library } from "./faults/library";

/** A table of a section. Its columns are the members of the rows; numbers are printed in three digits. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
  /** What a reader must know about how it was measured. */
  readonly note?: string | undefined;
}

export type Row = Readonly<Record<string, string | number>>;

/** A limit that the package has set itself, and what was measured. */
export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly direction: "at least" | "at most";
  /** Behind both numbers, for example `ms`. @default none: a ratio */
  readonly unit?: string;
}

export interface Result {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
}

export interface Context {
  readonly library: Library;
  /** The folder of the built package. */
  readonly folder: string;
  /** The form that ends within a minute: fewer rounds and smaller numbers. */
  readonly quick: boolean;
  /** The compared clients. @default all */
  readonly clients?: readonly string[] | undefined;
}

/** One part of the run. */
export interface Section {
  readonly name: string;
  run(context: Context): Promise<Result>;
}

export const atLeast = (what: string, measured: number, limit: number, unit?: string): Goal => ({
  what,
  measured,
  limit,
  direction: "at least",
  ...(unit === undefined ? {} : { unit }),
});

export const atMost = (what: string, measured: number, limit: number, unit?: string): Goal => ({
  ...atLeast(what, measured, limit, unit),
  direction: "at most",
});

/** Whether a goal is reached, in the two digits behind the point that are printed. */
export function isReached({ measured, limit, direction }: Goal): boolean {
  const rounded = Math.round(measured * 100) / 100;
  return direction === "at least" ? rounded >= limit : rounded <= limit;
}
