import { quote } from "../text/format";
import { sanitizeName, toSingleLine } from "../text/sanitize";
import { parsePeerId } from "../validation/peer-id";
import { describeDelegationFailure } from "./delegation-failure";
import type { SendOutcome } from "./outcome";
import type { SendOptions } from "./send-options";
import type { ToolResult } from "./tool-result";
import { toToolText } from "./tool-text";

/** The part of a client that `delegateTask` uses. */
export interface DelegatingClient {
  /** Sends a message and resolves to its outcome, as `A2AClient.sendA2AMessage`. */
  sendA2AMessage(peerId: string, message: string, options?: SendOptions): Promise<SendOutcome>;
  /** The name of a peer where it is known, as `A2AClient.peerName`. */
  peerName(peerId: string): string | undefined;
}

/** The part of an inbox that `delegateTask` uses. */
export interface AskingInbox {
  /** Sends a message and waits for its answer, as `Inbox.ask`. */
  ask(
    peerId: string,
    message: string,
    options?: SendOptions & { answerWithinMs?: number | undefined },
  ): Promise<SendOutcome>;
}

/** Options of {@link delegateTask} and {@link runDelegateTask}. */
export interface DelegateTaskOptions extends SendOptions {
  /**
   * The inbox of the own workspace: the answer of a peer that polls is waited for.
   * @default such a task is `queued`, and its answer comes to the inbox as a message of its own
   */
  inbox?: AskingInbox | undefined;
  /** How long the answer of a peer that polls is waited for, in milliseconds. @default `budgetMs` */
  answerWithinMs?: number | undefined;
}

/**
 * The body of a `delegate_task` tool: sends the task and resolves to the text for the model. Never rejects. The text
 * of a failure begins with `DELEGATION FAILED` and says what the model can do instead.
 *
 * @example
 * const text = await delegateTask(client, peerId, "Summarise the report");
 */
export async function delegateTask(
  client: DelegatingClient,
  peerId: string,
  task: string,
  options?: DelegateTaskOptions,
): Promise<string> {
  return (await runDelegateTask(client, peerId, task, options)).text;
}

/**
 * As {@link delegateTask}, with what a program needs beside the text: `data` is the outcome of the send, or what was
 * thrown. Never rejects.
 */
export async function runDelegateTask(
  client: DelegatingClient,
  peerId: string,
  task: string,
  options?: DelegateTaskOptions,
): Promise<ToolResult> {
  const wasAborted = options?.signal?.aborted === true;
  try {
    const outcome = await send(client, peerId, task, options);
    return { text: toToolText(outcome), isError: false, data: outcome };
  } catch (error) {
    const aborted = { before: wasAborted, now: options?.signal?.aborted === true };
    const text = describeDelegationFailure(error, peerLabel(client, peerId), aborted);
    return { text, isError: true, data: error };
  }
}

function send(
  client: DelegatingClient,
  peerId: string,
  task: string,
  options: DelegateTaskOptions | undefined,
): Promise<SendOutcome> {
  // The options may be anything: the client refuses what is wrong.
  if (typeof options !== "object" || options === null) return client.sendA2AMessage(peerId, task, options);
  const { inbox, answerWithinMs = options.budgetMs, ...sendOptions } = options;
  if (!inbox) return client.sendA2AMessage(peerId, task, sendOptions);
  return inbox.ask(peerId, task, { ...sendOptions, answerWithinMs });
}

/** The peer as the text for a model names it: by its name where that is known. */
export function peerLabel(client: Pick<DelegatingClient, "peerName">, peerId: string): string {
  const id = parsePeerId(peerId);
  if (id === null) return toSingleLine(quote(peerId), 120);
  try {
    return sanitizeName(client.peerName(id) ?? "") || id;
  } catch {
    // Not a client of this package. The tool still returns a text.
    return id;
  }
}
