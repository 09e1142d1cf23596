import type { A2AClient, Delegation } from "a2a-peers";
import type { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import { UsageError } from "../command-errors";
import { printDelegation, waitForResult } from "../delegation-result";
import { formatAge } from "../duration";
import { formatFields } from "../fields";
import type { Cli } from "../io";
import { parseDuration } from "../option-values";
import { printJson, printNote, printResult, toLine } from "../output";
import { formatTable } from "../table";

interface DelegationsOptions extends ConnectionOptions {
  readonly wait?: boolean;
  readonly timeout?: number;
}

const EXAMPLES = `
Examples:
  $ a2a-peers delegations
  $ a2a-peers delegations 0d2c6a1e-7b1d-4a53-9c38-1f1f0e6a9b77 --wait

The platform lists about the last 25. With an id, the result of that one goes to
standard output: exit code 0 when it is completed, 4 when it failed, 5 while it
runs.

JSON: {"delegations": [{"delegationId", "targetId", "status", "summary", …}]},
      with an id {"delegation": {…, "resultText", "error"}}
`;

export function addDelegations(program: Command, cli: Cli): void {
  const command = program
    .command("delegations")
    .description("Lists the tasks that the workspace has delegated, or prints the result of one.")
    .argument("[id]", "id of one delegation")
    .option("--wait", "wait until that one does not change any more")
    .option("--timeout <duration>", "with --wait, the longest wait (default: 10m)", parseDuration);
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((id: string | undefined, options: DelegationsOptions) => {
      if (options.timeout !== undefined && !options.wait)
        throw new UsageError("--timeout needs --wait; see `a2a-peers delegations --help`");
      return id === undefined ? listDelegations(cli, options) : showDelegation(cli, id, options);
    });
}

async function listDelegations(cli: Cli, options: DelegationsOptions): Promise<void> {
  if (options.wait) throw new UsageError("--wait needs the id of a delegation; see `a2a-peers delegations`");
  await using client = createCommandClient(options);
  const delegations = await client.listDelegations({ signal: cli.signal });
  if (options.json) {
    printJson(cli, { delegations });
    return;
  }
  if (delegations.length === 0) {
    printNote(cli, "This workspace has delegated nothing that the platform still lists.");
    return;
  }
  await learnNames(cli, client);
  const rows = delegations.map((delegation) => [
    delegation.status,
    toLabel(client, delegation),
    toAge(delegation),
    delegation.delegationId,
  ]);
  printResult(cli, formatTable(cli, ["Status", "Peer", "Age", "Id"], rows));
}

async function showDelegation(cli: Cli, id: string, options: DelegationsOptions): Promise<void> {
  await using client = createCommandClient(options);
  await learnNames(cli, client);
  let delegation = await client.getDelegation(id, { signal: cli.signal });
  if (options.wait) {
    delegation = await waitForResult(cli, client, id, toLabel(client, delegation), options.timeout);
  }
  if (options.json) printJson(cli, { delegation });
  else {
    const { summary, status } = delegation;
    const fields = {
      Peer: toLabel(client, delegation),
      Status: status,
      Age: toAge(delegation),
      Task: toLine(summary),
    };
    cli.stderr.write(`${formatFields(cli, fields)}\n\n`);
  }
  printDelegation(cli, delegation, options.json);
}

/** Names make the output readable; without them it shows ids. */
async function learnNames({ signal }: Cli, client: A2AClient): Promise<void> {
  await client.listPeers({ signal });
}

const toLabel = (client: A2AClient, { targetId }: Delegation): string =>
  toLine(client.peerName(targetId) ?? targetId.slice(0, 8));

const toAge = ({ createdAt = "" }: Delegation): string =>
  Number.isNaN(Date.parse(createdAt)) ? "" : formatAge(Date.now() - Date.parse(createdAt));
