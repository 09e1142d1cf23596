import { parseArgs } from "node:util";
import { runDemo } from "../../src/cli/demo/run-demo";
import { SCENES } from "../../src/cli/demo/scenes";
import { createTranscript } from "../../src/cli/demo/transcript";
import { SDK_AGENTS } from "./agents";

const USAGE = `Usage: npm run demo [-- --json]

Starts a platform and two real A2A agents on this machine, and sends them messages and tasks.

  --json   print one JSON object per line instead of text
  --help   print this text
`;

const FLAGS = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

/** Resolves to the exit code. */
async function main(): Promise<number> {
  let flags: { json?: boolean; help?: boolean };
  try {
    flags = parseArgs({ options: FLAGS }).values;
  } catch (error) {
    process.stderr.write(`${errorMessage(error)}\n\n${USAGE}`);
    return 2;
  }
  if (flags.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const transcript = createTranscript(flags.json ? "json" : "text", process.stdout);
  try {
    return (await runDemo(SCENES, SDK_AGENTS, transcript.emit)) ? 0 : 1;
  } catch (error) {
    transcript.close();
    process.stderr.write(`The demo could not run: ${errorMessage(error)}\n`);
    return 1;
  }
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// The reader may close the pipe early, as in `npm run demo | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
process.exitCode = await main();
