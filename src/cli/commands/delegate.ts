import type { A2AClient, DelegationReceipt } from "a2a-peers";
import type { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import { Interrupted, UsageError } from "../command-errors";
import { printDelegation, waitForResult } from "../delegation-result";
import type { Cli } from "../io";
import { parseDuration } from "../option-values";
import { printJson, printNote, printResult } from "../output";
import { type Peer, resolvePeer } from "../peer";
import { startProgress } from "../progress";
import { quoteForShell } from "../shell";
import { readText } from "../text-input";

interface DelegateCommandOptions extends ConnectionOptions {
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly key?: string;
}

const EXAMPLES = `
Examples:
  $ a2a-peers delegate Writer "One page on RFC 1"
  $ a2a-peers delegate Writer - --wait --timeout 1h < task.txt

Prints the id of the delegation, with --wait its result. The platform runs the
task also when this command has ended: \`a2a-peers delegations <id> --wait\`.

JSON: {"peer": {"id", "name"}, "receipt": {"delegationId", "status",
       "idempotencyKey", "idempotentHit", "warning"},
       "delegation": null, or with --wait {"status", "resultText", "error", …}}
`;

export function addDelegate(program: Command, cli: Cli): void {
  const command = program
    .command("delegate")
    .description("Hands a task to a peer through the platform, which stores it and its result.")
    .argument("<peer>", "name or id of the peer")
    .argument("<task>", "the task; - reads standard input")
    .option("--wait", "wait for the result and print it")
    .option("--timeout <duration>", "with --wait, the longest wait (default: 10m)", parseDuration)
    .option("--key <key>", "idempotency key, to repeat a call that failed");
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((peer: string, task: string, options: DelegateCommandOptions) =>
      delegate(cli, peer, task, options),
    );
}

async function delegate(
  cli: Cli,
  given: string,
  argument: string,
  options: DelegateCommandOptions,
): Promise<void> {
  if (options.timeout !== undefined && !options.wait)
    throw new UsageError("--timeout needs --wait; see `a2a-peers delegate --help`");
  const task = await readText(cli, argument, "task");
  await using client = createCommandClient(options);
  const peer = await resolvePeer(client, given, cli.signal);
  const receipt = await handOver(cli, client, peer, task, options.key);
  if (receipt.warning !== undefined) printNote(cli, `Warning: ${receipt.warning}`);
  const { delegationId, targetId: _, ...facts } = receipt;
  if (!options.wait) {
    if (options.json)
      printJson(cli, { peer: toJson(peer), receipt: { delegationId, ...facts }, delegation: null });
    else printResult(cli, delegationId);
    printNote(
      cli,
      `${peer.label} has the task. For its result: a2a-peers delegations ${delegationId} --wait`,
    );
    return;
  }
  const delegation = await waitForResult(cli, client, delegationId, peer.label, options.timeout);
  if (options.json) printJson(cli, { peer: toJson(peer), receipt: { delegationId, ...facts }, delegation });
  printDelegation(cli, delegation, options.json);
}

const toJson = ({ id, label }: Peer) => ({ id, name: label });

async function handOver(
  cli: Cli,
  client: A2AClient,
  { id, label }: Peer,
  task: string,
  key: string = crypto.randomUUID(),
): Promise<DelegationReceipt> {
  const progress = startProgress(cli, () => `${label}: handing the task over`);
  try {
    return await client.delegate(id, task, { signal: cli.signal, idempotencyKey: key });
  } catch (error) {
    if (!cli.signal.aborted) throw error;
    throw new Interrupted(
      `Stopped. The platform may have the task and run it; look at \`a2a-peers delegations\` before you hand it over again, with --key=${quoteForShell(key)}`,
      { delivery: "maybe", idempotencyKey: key },
    );
  } finally {
    progress.stop();
  }
}
