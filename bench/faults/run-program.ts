import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { type Row, survived, violated } from "./section";

const execute = promisify(execFile);
const TIMEOUT_MS = 60_000;

/** A program, the arguments before its script included. */
export type Command = readonly [binary: string, ...args: string[]];

/** Runs programs one after the other that end with 0 when they saw what they have to see. */
export async function runPrograms(
  what: string,
  commands: readonly Command[],
  env: Readonly<Record<string, string>> = {},
): Promise<Row> {
  const startedAt = performance.now();
  try {
    for (const [binary, ...args] of commands) {
      await execute(binary, args, {
        cwd: tmpdir(),
        timeout: TIMEOUT_MS,
        env: { ...process.env, NO_COLOR: "1", ...env },
      });
    }
    const elapsedMs = Math.round(performance.now() - startedAt);
    return survived(what, `sent, answered and failed as it should, ${elapsedMs} ms`);
  } catch (error) {
    return violated(what, firstErrorLine(error).trim().slice(0, 300));
  }
}

function firstErrorLine(error: unknown): string {
  const {
    stderr = "",
    stdout = "",
    message,
  } = error as { stderr?: string; stdout?: string; message: string };
  return `${stderr}\n${stdout}`.split("\n").find((line) => /error/i.test(line)) ?? message;
}
