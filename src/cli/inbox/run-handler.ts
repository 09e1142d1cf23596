import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { createInbox, type InboxEvent, type InboxMessage } from "a2a-peers/inbox";
import { describeEvent } from "a2a-peers/logging";
import { createCommandClient } from "../client";
import { toCommandWords } from "../command-words";
import type { Cli } from "../io";
import { printJson, printNote } from "../output";
import { formatSender } from "./format-message";
import type { InboxCommandOptions } from "./options";
import { getPollFailure } from "./poll-failure";

/** Handles each message with a shell command, until Ctrl-C. */
export async function runHandler(cli: Cli, options: InboxCommandOptions): Promise<void> {
  const { exec: command = "", json } = options;
  await using client = createCommandClient(options);
  await using inbox = createInbox(client, {
    onEvent(event) {
      if (json) printJson(cli, event);
      else reportEvent(cli, event);
    },
  });
  const stop = () => void inbox.stop();
  cli.signal.addEventListener("abort", stop, { once: true });
  if (!json) printNote(cli, "Waiting for messages until Ctrl-C.");
  try {
    if (cli.signal.aborted) return;
    await inbox.run(async (message, { signal }) => {
      if (!json) printNote(cli, `Message ${message.id} from ${formatSender(message)}`);
      return await runCommand(cli, command, message, signal);
    });
  } finally {
    cli.signal.removeEventListener("abort", stop);
  }
}

/** Reports what went wrong, without what ends the inbox: that is the error of the command. */
function reportEvent(cli: Cli, event: InboxEvent): void {
  if (event.type === "inbox.poll_failed" && getPollFailure(event) === undefined) return;
  const { level, sentence } = describeEvent(event);
  if (level !== "debug") printNote(cli, toCommandWords(sentence));
}

/** What the command prints; nothing when it prints nothing. Throws when it fails. */
async function runCommand(
  { env, stderr }: Cli,
  command: string,
  message: InboxMessage,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { from } = message;
  const peer = from.kind === "peer" ? from : undefined;
  const child = spawn(command, {
    shell: true,
    signal,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...env, A2A_MESSAGE_ID: message.id, A2A_FROM: peer?.id ?? "", A2A_FROM_NAME: peer?.name ?? "" },
  });
  child.stderr.on("data", (chunk: Buffer) => stderr.write(chunk.toString()));
  // A command need not read its input.
  child.stdin.on("error", () => {});
  child.stdin.end(message.text);
  const exited = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signalName) => resolve(String(code ?? signalName)));
  });
  const [printed, code] = await Promise.all([text(child.stdout), exited]);
  if (code !== "0") throw new Error(`The command failed (${code})`);
  return printed.trim() === "" ? undefined : printed.replace(/\n$/, "");
}
