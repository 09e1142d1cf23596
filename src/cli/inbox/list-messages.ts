import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createInbox, type Inbox, type InboxMessage } from "a2a-peers/inbox";
import { createCommandClient } from "../client";
import { CommandError } from "../command-errors";
import type { Cli } from "../io";
import { printJson, printNote, printResult, printUntrusted } from "../output";
import { formatHeader, toMessageJson } from "./format-message";
import type { InboxCommandOptions } from "./options";
import { getPollFailure } from "./poll-failure";

const MAX_MESSAGES = 500;

/** Shows the messages of the last while, oldest first. What the agent has read or not stays as it is. */
export async function listMessages(cli: Cli, options: InboxCommandOptions): Promise<void> {
  // An inbox with a memory of its own, so that the one of the agent is neither locked nor moved on.
  const stateDir = await mkdtemp(join(tmpdir(), "a2a-peers-inbox-"));
  try {
    await using client = createCommandClient(options);
    await client.listPeers({ signal: cli.signal });
    const failing = new AbortController();
    await using inbox = createInbox(client, {
      stateDir,
      lookBackMs: options.since ?? 600_000,
      onEvent(event) {
        const failure = getPollFailure(event);
        if (failure !== undefined) failing.abort(new CommandError(failure.reason));
      },
    });
    const messages = await readMessages(inbox, AbortSignal.any([cli.signal, failing.signal]));
    if (options.json) printJson(cli, { messages: messages.map(toMessageJson) });
    else if (messages.length === 0)
      printNote(cli, "No message came in that time; --since looks further back.");
    else printMessages(cli, messages);
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}

function printMessages(cli: Cli, messages: readonly InboxMessage[]): void {
  for (const [index, message] of messages.entries()) {
    if (index > 0) cli.stdout.write("\n");
    printResult(cli, formatHeader(cli, message));
    printUntrusted(cli, message.text);
  }
}

/** Reads once. Throws what ends an inbox. */
async function readMessages(inbox: Inbox, signal: AbortSignal): Promise<readonly InboxMessage[]> {
  const ending = new AbortController();
  let first: InboxMessage | null | undefined;
  let failure: unknown;
  const receiving = inbox.receive({ signal: AbortSignal.any([signal, ending.signal]) }).then(
    (message) => {
      first = message;
    },
    (error: unknown) => {
      failure = error;
    },
  );
  while (first === undefined && failure === undefined && inbox.status.lastPollAt === undefined) {
    await sleep(10);
  }
  ending.abort();
  await receiving;
  if (failure !== undefined && failure !== ending.signal.reason) throw failure;
  return [...(first ? [first] : []), ...inbox.peek(MAX_MESSAGES)];
}
