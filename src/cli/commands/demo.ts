import type { Command } from "commander";
import { OWN_AGENTS } from "../demo/own-agents";
import { runDemo } from "../demo/run-demo";
import { SCENES } from "../demo/scenes";
import { createTranscript } from "../demo/transcript";
import { EXIT } from "../exit-codes";
import type { Cli } from "../io";
import { untilDone } from "../until-aborted";

const EXAMPLES = `
Examples:
  $ a2a-peers demo
  $ a2a-peers demo --json

Starts a platform and two agents on this machine, and sends them messages and
tasks, for about 10 seconds. Nothing leaves the machine.

JSON: one object for each event, with its "type" and time ("at")
`;

export function addDemo(program: Command, cli: Cli): void {
  program
    .command("demo")
    .description("Shows on this machine what two agents, a platform and this package do.")
    .option("--json", "print one JSON object for each event")
    .addHelpText("after", EXAMPLES)
    .action((options: { json?: boolean }) => demonstrate(cli, options));
}

async function demonstrate(cli: Cli, { json }: { json?: boolean }): Promise<void> {
  const transcript = createTranscript(json ? "json" : "text", cli.stdout);
  try {
    const isAsExpected = await untilDone(runDemo(SCENES, OWN_AGENTS, transcript.emit), cli.signal);
    if (!isAsExpected) cli.exitCode = EXIT.failed;
  } finally {
    transcript.close();
  }
}
