import type { Readable } from "node:stream";

/** A stream that the command writes text to, such as `process.stdout`. */
export interface OutputStream {
  write(text: string, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a run of the command has of its process. */
export interface CliIo {
  readonly stdin: Readable;
  /** Results alone. */
  readonly stdout: OutputStream;
  /** Errors and progress. */
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C, and by SIGTERM. */
  readonly signal: AbortSignal;
}

/** What a command gets: its streams, and the exit code that it may set. */
export interface Cli extends CliIo {
  /** 0 unless the command sets another one. */
  exitCode: number;
}
