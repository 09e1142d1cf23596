import { parseArgs } from "node:util";
import { SCENES } from "./scenes";
import { playShow } from "./show";
import { createTranscript } from "./transcript";

const USAGE = `Usage: npm run demo [-- --json]

Starts a platform and two real A2A agents on this machine, and talks to them.

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
    process.stderr.write(`${reasonOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (flags.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const transcript = createTranscript(flags.json ? "json" : "text", process.stdout);
  try {
    return (await playShow(SCENES, transcript.tell)) ? 0 : 1;
  } catch (error) {
    transcript.close();
    process.stderr.write(`The demo could not run: ${reasonOf(error)}\n`);
    return 1;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// The reader may have left, as in `npm run demo | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
process.exitCode = await main();
