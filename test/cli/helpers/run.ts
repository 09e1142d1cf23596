import { Readable } from "node:stream";
import { runCli } from "../../../src/cli/run-cli";

export interface CliRun {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** The whole environment of the command. */
  env?: Readonly<Record<string, string | undefined>>;
  /** What standard input holds. */
  input?: string;
  signal?: AbortSignal;
  /** Whether both outputs are terminals of 80 columns. */
  isTTY?: boolean;
  onStderr?: (text: string) => void;
  onStdout?: (text: string) => void;
}

/** Runs the command in this process, with the environment given and no other. One at a time: the environment is shared. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<CliRun> {
  const { input = "", signal = new AbortController().signal, isTTY = false } = options;
  const env = { CONFIGS_DIR: process.env.CONFIGS_DIR, ...options.env };
  const ofProcess = process.env;
  const output = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof output, listen?: (text: string) => void) => ({
    isTTY,
    columns: 80,
    // What a spinner calls on a terminal.
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => true,
    write(text: string) {
      output[name] += text;
      listen?.(text);
    },
  });
  process.env = { ...env };
  try {
    const code = await runCli(args, {
      stdin: Readable.from([Buffer.from(input)]),
      stdout: stream("stdout", options.onStdout),
      stderr: stream("stderr", options.onStderr),
      env,
      signal,
    });
    return { code, ...output };
  } finally {
    process.env = ofProcess;
  }
}
