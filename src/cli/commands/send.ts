import type { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import type { Cli } from "../io";
import { printJson, printResult } from "../output";

const EXAMPLES = `
Examples:
  $ a2a-peers send 5f0c1f9e-0d3c-4b7e-9a57-8e2b3f4c5d6e "Summarise the report"
`;

export function addSend(program: Command, cli: Cli): void {
  addConnectionOptions(program.command("send"))
    .description("Sends a message to a peer and prints its reply.")
    .argument("<peer>", "name or id of the peer")
    .argument("<text>", "the message")
    .addHelpText("after", EXAMPLES)
    .action((peer: string, text: string, options: ConnectionOptions) => send(cli, peer, text, options));
}

async function send(cli: Cli, peer: string, text: string, options: ConnectionOptions): Promise<void> {
  await using client = createCommandClient(options);
  const outcome = await client.sendA2AMessage(peer, text, { signal: cli.signal });
  if (options.json) printJson(cli, outcome);
  else printResult(cli, outcome.text);
}
