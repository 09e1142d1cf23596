import { type A2AClient, type SendOutcome, settle } from "a2a-peers";
import type { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, createCommandClient } from "../client";
import { Interrupted } from "../command-errors";
import { EXIT } from "../exit-codes";
import type { Cli } from "../io";
import { parseDuration } from "../option-values";
import { printJson, printNote, printUntrusted, toLine } from "../output";
import { type Peer, resolvePeer } from "../peer";
import { createSendProgress } from "../send-progress";
import { quoteForShell } from "../shell";
import { readText } from "../text-input";

interface SendCommandOptions extends ConnectionOptions {
  readonly timeout?: number;
  readonly context?: string;
  readonly task?: string;
  readonly messageId?: string;
  readonly once?: boolean;
  readonly wait?: boolean;
}

const EXAMPLES = `
Examples:
  $ a2a-peers send Writer "Summarise the report"
  $ a2a-peers send Writer - --wait --timeout 30m < task.txt
  $ a2a-peers send Writer "Yes, the second one" --task 7f3a… --context 51c0…

The reply goes to standard output. Exit code 5 is an accepted message without a
reply: queued, still running, or a question of the peer, which goes to standard
output too and is answered with --task and --context.

JSON: {"peer": {"id", "name"}, "kind": "reply", "queued", "working",
       "input-required" or "auth-required", "text", "files", "data", "taskId",
       "contextId", "queueId", "queueDepth", "deliveryMode", "messageId",
       "attempts", "elapsedMs"}
`;

export function addSend(program: Command, cli: Cli): void {
  const command = program
    .command("send")
    .description("Sends a message to a peer and prints its reply.")
    .argument("<peer>", "name or id of the peer")
    .argument("<text>", "the message; - reads standard input")
    .option("--timeout <duration>", "the whole send, such as 90s or 30m (default: 10m)", parseDuration)
    .option("--wait", "wait for a task that the peer has begun and not finished")
    .option("--once", "never repeat what the peer may have received")
    .option("--task <id>", "the task that the message answers")
    .option("--context <id>", "the conversation it belongs to")
    .option("--message-id <id>", "repeat a message that failed under its id");
  addConnectionOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((peer: string, text: string, options: SendCommandOptions) => send(cli, peer, text, options));
}

async function send(cli: Cli, given: string, argument: string, options: SendCommandOptions): Promise<void> {
  const text = await readText(cli, argument, "message");
  const progress = createSendProgress(cli);
  await using client = createCommandClient(options, { onEvent: progress.onEvent });
  progress.start(given);
  let peer: Peer | undefined;
  let outcome: SendOutcome;
  try {
    peer = await resolvePeer(client, given, cli.signal);
    progress.rename(peer.label);
    outcome = await client.sendA2AMessage(peer.id, text, {
      signal: cli.signal,
      budgetMs: options.timeout,
      contextId: options.context,
      taskId: options.task,
      messageId: options.messageId,
      delivery: options.once ? "at-most-once" : undefined,
    });
    if (options.wait) outcome = await waitForTask(cli, client, peer, outcome, options.timeout);
  } catch (error) {
    if (!cli.signal.aborted || peer === undefined) throw error;
    const { mayHave, messageId } = progress;
    throw new Interrupted(describeInterruption(peer, mayHave, messageId), {
      delivery: mayHave ? "maybe" : "not-sent",
      messageId,
    });
  } finally {
    progress.stop();
  }
  printOutcome(cli, peer, outcome, options.json);
}

/** What the peer's task ends with; the task as it was, where it does not end in time. */
async function waitForTask(
  cli: Cli,
  client: A2AClient,
  peer: Peer,
  outcome: SendOutcome,
  timeoutMs: number | undefined,
): Promise<SendOutcome> {
  if (outcome.kind !== "working" || outcome.taskId === undefined) return outcome;
  const ended = await settle(client.waitForTask(peer.id, outcome.taskId, { signal: cli.signal, timeoutMs }));
  if (!ended.ok && ended.error.code !== "timeout") throw ended.error;
  return ended.ok ? ended.value : outcome;
}

function describeInterruption({ label }: Peer, mayHave: boolean, messageId: string | undefined): string {
  return mayHave
    ? `Stopped waiting. ${label} may have the message and go on with it: do not send it again blindly (its id is ${messageId})`
    : `Stopped. ${label} has not received the message`;
}

function printOutcome(cli: Cli, { id, label }: Peer, outcome: SendOutcome, json: boolean | undefined): void {
  if (outcome.kind !== "reply") cli.exitCode = EXIT.pending;
  if (json) {
    const { raw: _, ...facts } = outcome;
    printJson(cli, { peer: { id, name: label }, ...facts });
    return;
  }
  if (outcome.kind === "queued") {
    printNote(cli, outcome.deliveryMode === "poll" ? describePolling(label) : outcome.text);
    return;
  }
  // A task without a text has nothing to print; an empty reply is one.
  if (outcome.text !== "" || outcome.kind === "reply") printUntrusted(cli, outcome.text);
  for (const { name, uri, mimeType } of outcome.files) {
    printNote(
      cli,
      `File: ${[name ?? "unnamed", mimeType, uri ?? "inline; see --json"].filter(Boolean).join(", ")}`,
    );
  }
  if (outcome.kind === "working")
    printNote(cli, `${label} is still working on task ${outcome.taskId ?? "unknown"}.`);
  else if (outcome.kind !== "reply") {
    printNote(
      cli,
      `${label} asks back. Answer with: a2a-peers send ${id} "…"${flag("task", outcome.taskId)}${flag("context", outcome.contextId)}`,
    );
  }
}

const describePolling = (label: string): string =>
  `The message is stored for ${label}, which fetches its messages itself: do not send it again. Its answer comes to the inbox of this workspace; see \`a2a-peers inbox\`.`;

/** Peers choose the ids: one must not be a command of its own where the line is pasted into a shell. */
const flag = (name: string, value: string | undefined): string =>
  value === undefined ? "" : ` --${name}=${quoteForShell(toLine(value))}`;
