import type { A2AClient } from "../../client/client";
import { toDeliveryMessage } from "../../inbox/delivery-message";
import type { InboxMessage } from "../../inbox/message";
import type { MessageContent } from "../../inbox/message-content";
import { type MessagePart, parseMessageParts } from "../../messaging/outgoing-message";
import { type Run, stateOf } from "./run";

/** A message that was pushed, as its request states it. */
export interface PushedMessage {
  readonly content: MessageContent;
  readonly senderId: string | null;
  /** The whole request. */
  readonly raw: unknown;
}

export interface PushMessageOptions {
  readonly client: A2AClient;
  readonly workspaceId: string;
  readonly run: Run;
  /** Called when the handler gives the message back. */
  onGivenBack(reason: string): void;
}

/**
 * Creates the message of a run as its handler sees it, and the parts of what the handler answers with `reply`. Those
 * belong to the answer of the request while the handler works; afterwards `reply` sends a message of its own. `ack` does
 * nothing.
 */
export function createPushMessage(
  { client, workspaceId, run, onGivenBack }: PushMessageOptions,
  { content, raw }: PushedMessage,
): { message: InboxMessage; replies: readonly MessagePart[] } {
  const replies: MessagePart[] = [];
  const { senderId, messageId, contextId } = run;
  const createdAtUs = Date.now() * 1000;
  const inbound = { ...content, messageId, contextId, id: messageId, senderId, createdAtUs, raw };
  const { message } = toDeliveryMessage(client, workspaceId, inbound, 1, {
    ack: async () => {},
    nack: async (reason = "it was given back") => onGivenBack(String(reason)),
  });
  const reply: InboxMessage["reply"] = async (answer, options) => {
    if (stateOf(run) !== "working") return message.reply(answer, options);
    replies.push(...parseMessageParts(answer, "answer"));
    return undefined;
  };
  return { message: { ...message, reply }, replies };
}
