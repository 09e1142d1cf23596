#!/usr/bin/env node
import { runCli } from "./run-cli";

/** Exit codes of a process that a signal ended: 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

// The reader may close the pipe early, as in `a2a-peers peers | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const controller = new AbortController();
let signalCode: number | undefined;
for (const [signal, code] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    // The second one does not wait for the command to end in order.
    if (signalCode !== undefined) process.exit(code);
    signalCode = code;
    controller.abort(new Error(`Ended by ${signal}`));
  });
}

const { stdin, stdout, stderr, env } = process;
const exitCode = await runCli(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  signal: controller.signal,
});
process.exitCode = exitCode === 130 ? (signalCode ?? exitCode) : exitCode;
// What a signal has interrupted may still hold the process.
if (signalCode !== undefined) process.exit();
