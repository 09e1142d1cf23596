import pc from "picocolors";
import type { CliIo, OutputStream } from "./io";

type Colors = ReturnType<typeof pc.createColors>;

/** Colours for a stream: none where it is no terminal or NO_COLOR is set, unless FORCE_COLOR is. */
export function createColors({ env }: CliIo, stream: OutputStream): Colors {
  const { NO_COLOR = "", FORCE_COLOR = "" } = env;
  return pc.createColors((stream.isTTY === true || FORCE_COLOR !== "") && NO_COLOR === "");
}

/** Writes one JSON value to standard output. */
export function printJson({ stdout }: CliIo, value: unknown): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes lines to standard output. */
export function printResult({ stdout }: CliIo, text: string): void {
  stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Writes a line to standard error, which is no error. */
export function printNote({ stderr }: CliIo, text: string): void {
  stderr.write(`${text}\n`);
}

/** Writes the line of an error to standard error. */
export function printError(io: CliIo, message: string): void {
  io.stderr.write(`${createColors(io, io.stderr).red("error:")} ${message}\n`);
}
