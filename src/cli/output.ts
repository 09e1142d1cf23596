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

/**
 * Writes a text that a peer wrote to standard output: as it is to a file or a pipe, and to a terminal without the
 * control characters that could move its cursor or hide what is printed.
 */
export function printUntrusted(io: CliIo, text: string): void {
  printResult(io, io.stdout.isTTY === true ? text.replace(CONTROL_CHARACTERS, "\ufffd") : text);
}

// C0 and C1 controls but tab and line feed, and the characters that reorder text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Untrusted text on one line, without control characters. */
export const toLine = (text: string): string =>
  text.replace(/\s+/g, " ").replace(CONTROL_CHARACTERS, "\ufffd").trim();

/** Writes a line to standard error, which is no error. What others wrote may be in it. */
export function printNote({ stderr }: CliIo, text: string): void {
  stderr.write(`${toLine(text)}\n`);
}

/** Writes the line of an error to standard error. What a peer wrote may be in it. */
export function printError(io: CliIo, message: string): void {
  io.stderr.write(`${createColors(io, io.stderr).red("error:")} ${toLine(message)}\n`);
}
