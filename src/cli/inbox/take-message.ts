import { createInbox, type InboxEvent } from "a2a-peers/inbox";
import { createCommandClient } from "../client";
import { CommandError } from "../command-errors";
import { EXIT } from "../exit-codes";
import type { Cli } from "../io";
import { printJson, printNote, printResult, printUntrusted } from "../output";
import { startProgress } from "../progress";
import { formatHeader, toMessageJson } from "./format-message";
import type { InboxCommandOptions } from "./options";
import { getPollFailure } from "./poll-failure";

const DEFAULT_TIMEOUT_MS = 60_000;

/** Waits for the next message, prints it and acknowledges it. */
export async function takeMessage(cli: Cli, options: InboxCommandOptions): Promise<void> {
  await using client = createCommandClient(options);
  const ending = new AbortController();
  const onEvent = (event: InboxEvent) => {
    const failure = getPollFailure(event);
    if (event.type === "inbox.held_elsewhere") {
      ending.abort(
        new CommandError(`Another process reads this inbox, so no message can be taken: ${event.reason}`),
      );
    } else if (failure?.isRefusal) ending.abort(new CommandError(failure.reason));
    else if (failure !== undefined) printNote(cli, failure.reason);
  };
  await using inbox = createInbox(client, { onEvent });
  const progress = startProgress(cli, () => "Waiting for a message");
  let message: Awaited<ReturnType<typeof inbox.receive>>;
  try {
    const signal = AbortSignal.any([cli.signal, ending.signal]);
    message = await inbox.receive({ signal, timeoutMs: options.timeout ?? DEFAULT_TIMEOUT_MS });
  } finally {
    progress.stop();
  }
  const { lastError } = inbox.status;
  if (message === null && lastError !== undefined) {
    throw new CommandError(`The inbox could not be read, so messages may wait there: ${lastError.message}`);
  }
  if (message === null) {
    cli.exitCode = EXIT.pending;
    if (options.json) printJson(cli, { message: null });
    else printNote(cli, "No message came in time.");
    return;
  }
  if (options.json) printJson(cli, { message: toMessageJson(message) });
  else {
    printResult(cli, formatHeader(cli, message));
    printUntrusted(cli, message.text);
  }
  await message.ack();
}
