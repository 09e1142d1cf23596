import type { Emit } from "./events";

/** Prints events as they happen. */
export interface Transcript {
  emit: Emit;
  /** Stops the progress line. */
  close(): void;
}

/** The output of a transcript, such as `process.stdout`. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}
