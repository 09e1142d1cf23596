import type { InboxMessage } from "a2a-peers/inbox";
import { formatAge } from "../duration";
import type { CliIo } from "../io";
import { createColors, toLine } from "../output";

/** A message for a program. */
export function toMessageJson(message: InboxMessage) {
  const { id, from, text, files, data, messageId, contextId, taskId, receivedAt } = message;
  return { id, from, text, files, data, messageId, contextId, taskId, receivedAt };
}

/** Who a message is from, for people. */
export function formatSender({ from }: InboxMessage): string {
  return from.kind === "human" ? "the user" : toLine(from.name ?? from.id);
}

/** The line above a message. */
export function formatHeader(io: CliIo, message: InboxMessage): string {
  const { bold } = createColors(io, io.stdout);
  const age = formatAge(Date.now() - message.receivedAt.getTime());
  return `${bold(formatSender(message))}, ${age} ago (${message.id})`;
}
