import { type A2AError, isA2AError } from "../errors";
import { parsePeerId } from "../identity/workspace-id";
import { duration, oneLine, shown } from "../text";
import type { SendOutcome } from "./outcome";
import type { SendOptions } from "./send";
import { ERROR_MARK, toToolText } from "./tool-text";

/** The part of a client that `delegateTask` uses. */
export interface DelegatingClient {
  sendA2AMessage(peerId: string, message: string, options?: SendOptions): Promise<SendOutcome>;
  peerName(peerId: string): string | undefined;
}

/**
 * The body of a `delegate_task` tool: sends the task and answers text for the model, whatever happens. It never
 * throws; a failure says so in its first words and tells the model what it can do instead.
 *
 * @example
 * const text = await delegateTask(client, peerId, "Summarise the report");
 */
export async function delegateTask(
  client: DelegatingClient,
  peerId: string,
  task: string,
  options?: SendOptions,
): Promise<string> {
  try {
    return toToolText(await client.sendA2AMessage(peerId, task, options));
  } catch (error) {
    const name = nameOf(client, peerId);
    if (isA2AError(error)) {
      const text = toToolText(error);
      const note = text.includes(error.message) ? "" : `${deliveryNote(error)} `;
      return `DELEGATION FAILED to ${name}: ${text}\n${note}${choicesFor(error, name)}`;
    }
    if (options?.signal?.aborted) {
      return `DELEGATION FAILED to ${name}: ${ERROR_MARK}the call was cancelled before an answer came.\nThe peer may still be working on the task: do not send it again without need.`;
    }
    return `DELEGATION FAILED to ${name}: ${ERROR_MARK}${unexpected(error)}\nHandle the task yourself, or tell the user that it could not be delegated.`;
  }
}

function nameOf(client: DelegatingClient, peerId: string): string {
  const id = parsePeerId(peerId);
  if (id === null) return oneLine(shown(peerId), 120);
  try {
    return oneLine(client.peerName(id) ?? id, 120);
  } catch {
    // A client that is none, or not ours; the tool answers all the same.
    return id;
  }
}

/** The texts of the reference client do not say whether the task arrived, nor how an argument should look. */
function deliveryNote({ code, delivery, detail, message }: A2AError): string {
  if (code !== "invalid_argument") return DELIVERED[delivery];
  const help = detail !== undefined && message.startsWith(detail) ? message.slice(detail.length) : "";
  return `Nothing was sent${help || "."}`;
}

const DELIVERED = {
  "not-sent": "The task did not reach the peer.",
  maybe: "The peer may already be working on the task: sending it again may run it twice.",
  confirmed: "The peer has received the task: sending it again would run it again.",
} as const;

function choicesFor(error: A2AError, name: string): string {
  if (error.code === "invalid_argument" || error.code === "too_large") {
    return "Correct the arguments and call the tool again.";
  }
  const wait = error.retryAfterMs === undefined ? " later" : ` in ${duration(error.retryAfterMs)}`;
  const choices = [
    ...(error.delivery === "not-sent" && error.retryable ? [`try ${name} again${wait}`] : []),
    "ask another peer",
    "handle the task yourself",
    `tell the user that ${name} could not do it`,
  ];
  return `You can: ${choices.map((choice, index) => `(${index + 1}) ${choice}`).join(", ")}.`;
}

function unexpected(error: unknown): string {
  return error instanceof Error ? oneLine(`${error.name}: ${error.message}`, 500) : shown(error);
}
