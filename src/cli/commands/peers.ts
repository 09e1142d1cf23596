import type { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import { toCommandWords } from "../command-words";
import { EXIT } from "../exit-codes";
import type { Cli } from "../io";
import { printError, printJson, printNote, printResult } from "../output";
import { formatPeers } from "../peer-table";

interface PeersOptions extends ConnectionOptions {
  readonly query?: string;
}

const EXAMPLES = `
Examples:
  $ a2a-peers peers
  $ a2a-peers peers --query writer --json

JSON: {"peers": [{"id", "name", "role", "status", …}],
       "diagnostic": null or {"code", "message"}}
`;

export function addPeers(program: Command, cli: Cli): void {
  const command = program
    .command("peers")
    .description("Lists the peers that the workspace may talk to.")
    .option("--query <text>", "only peers whose name, role or id contains it");
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((options: PeersOptions) => listPeers(cli, options));
}

async function listPeers(cli: Cli, options: PeersOptions): Promise<void> {
  await using client = createCommandClient(options);
  const listed = await client.listPeers({ query: options.query, signal: cli.signal });
  const { peers } = listed;
  const diagnostic = listed.diagnostic && {
    ...listed.diagnostic,
    message: toCommandWords(listed.diagnostic.message),
  };
  if (options.json) printJson(cli, { peers, diagnostic });
  else if (peers.length > 0) printResult(cli, formatPeers(cli, peers));
  if (diagnostic?.skipped !== undefined) printNote(cli, `Warning: ${diagnostic.message}`);
  else if (diagnostic !== null) {
    printError(cli, diagnostic.message);
    cli.exitCode = EXIT.failed;
  } else if (peers.length === 0 && options.query !== undefined) {
    printError(cli, `No peer matches ${JSON.stringify(options.query)}`);
    cli.exitCode = EXIT.failed;
  } else if (peers.length === 0 && !options.json) {
    printNote(cli, "This workspace has no peers.");
  }
}
