import type { A2AError } from "a2a-peers";
import { type BeatReport, createHeartbeat, type HeartbeatEvent } from "a2a-peers/heartbeat";
import { describeEvent } from "a2a-peers/logging";
import { type Command, Option } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import { CommandError } from "../command-errors";
import { toCommandWords } from "../command-words";
import type { Cli } from "../io";
import { parseDuration } from "../option-values";
import { printJson, printNote, printResult } from "../output";
import { untilDone } from "../until-aborted";

interface HeartbeatCommandOptions extends ConnectionOptions {
  readonly once?: boolean;
  readonly interval?: number;
}

const EXAMPLES = `
Examples:
  $ a2a-peers heartbeat
  $ a2a-peers heartbeat --once --json

Beats until Ctrl-C (exit code 0). A beat replaces what the agent of the
workspace reports of itself: do not run this beside an agent that beats.

JSON: with --once {"ok", "status", "elapsedMs", "error"}, else one event a line,
      such as {"type": "heartbeat.sent", "workspaceId", "elapsedMs"}
`;

export function addHeartbeat(program: Command, cli: Cli): void {
  const command = program
    .command("heartbeat")
    .description("Keeps the workspace online with a beat every 30 seconds.")
    .addOption(new Option("--once", "make one beat").conflicts("interval"))
    .option("--interval <duration>", "from one beat to the next, at most 60s (default: 30s)", parseDuration);
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((options: HeartbeatCommandOptions) =>
      options.once ? beatOnce(cli, options) : beat(cli, options),
    );
}

async function beatOnce(cli: Cli, options: HeartbeatCommandOptions): Promise<void> {
  await using client = createCommandClient(options);
  // Results of delegations are for the agent of the workspace.
  const report = await untilDone(createHeartbeat(client, { delegations: false }).beat(), cli.signal);
  if (report.error !== undefined) throw report.error;
  if (options.json) printJson(cli, toJson(report));
  else printResult(cli, `The platform took the beat in ${report.elapsedMs} ms.`);
}

const toJson = ({ ok, status, elapsedMs }: BeatReport) => ({ ok, status, elapsedMs, error: null });

async function beat(cli: Cli, options: HeartbeatCommandOptions): Promise<void> {
  await using client = createCommandClient(options);
  let end: (failure?: CommandError | A2AError) => void = () => {};
  const ended = new Promise<CommandError | A2AError | undefined>((resolve) => {
    end = resolve;
  });
  let sent = 0;
  await using heartbeat = createHeartbeat(client, {
    delegations: false,
    intervalMs: options.interval,
    onEvent(event) {
      if (event.type === "heartbeat.sent") sent += 1;
      if (event.type === "heartbeat.removed") end(new CommandError(event.reason));
      if (options.json) printJson(cli, event);
      else report(cli, event, sent);
    },
  });
  const stop = () => end();
  cli.signal.addEventListener("abort", stop, { once: true });
  // The beats alone do not keep the process alive.
  const timer = setInterval(() => {}, 2 ** 30);
  try {
    heartbeat.start();
    const failure = cli.signal.aborted ? undefined : await ended;
    if (failure !== undefined) throw failure;
  } finally {
    clearInterval(timer);
    cli.signal.removeEventListener("abort", stop);
  }
  await heartbeat.stop();
  if (!options.json) printNote(cli, `Ended after ${sent} ${sent === 1 ? "beat" : "beats"}.`);
}

function report(cli: Cli, event: HeartbeatEvent, sent: number): void {
  if (event.type === "heartbeat.sent") {
    if (sent === 1)
      printNote(cli, `The platform took the first beat in ${event.elapsedMs} ms. Beating until Ctrl-C.`);
    return;
  }
  const { level, sentence } = describeEvent(event);
  if (level !== "debug") printNote(cli, toCommandWords(sentence));
}
