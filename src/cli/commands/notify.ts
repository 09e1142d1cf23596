import type { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import type { Cli } from "../io";
import { collect } from "../option-values";
import { printJson, printNote } from "../output";
import { readText } from "../text-input";

interface NotifyOptions extends ConnectionOptions {
  readonly attach?: readonly string[];
}

const EXAMPLES = `
Examples:
  $ a2a-peers notify "The report is ready" --attach report.pdf
  $ make test 2>&1 | tail -1 | a2a-peers notify -

JSON: {"notified": true}
`;

export function addNotify(program: Command, cli: Cli): void {
  const command = program
    .command("notify")
    .description("Shows a message to the user of the workspace.")
    .argument("<text>", "the message; - reads standard input")
    .option("--attach <file>", "a file to show with it; may be repeated", collect);
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((text: string, options: NotifyOptions) => notify(cli, text, options));
}

async function notify(cli: Cli, argument: string, options: NotifyOptions): Promise<void> {
  const text = await readText(cli, argument, "message");
  await using client = createCommandClient(options);
  const attachments = options.attach?.map((path) => ({ path }));
  await client.notifyUser(text, { signal: cli.signal, ...(attachments !== undefined && { attachments }) });
  if (options.json) printJson(cli, { notified: true });
  else printNote(cli, "The user has the message.");
}
