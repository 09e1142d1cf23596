import type { A2AClient } from "../../client/client";
import { toDeliveryMessage } from "../../inbox/delivery-message";
import type { InboxMessage } from "../../inbox/message";
import type { MessageContent } from "../../inbox/message-content";
import { type MessagePart, parseMessageParts } from "../../messaging/outgoing-message";
import { type Run, stateOf } from "./run";

/** A pushed message as the handler sees it, and what the handler has done with it. */
export interface PushMessage {
  readonly message: InboxMessage;
  /** The parts of the answers that were given with `reply`. */
  readonly replies: readonly MessagePart[];
  /** Why the handler has given the message back, if it has. */
  readonly givenBack: string | undefined;
}

/**
 * Creates the message of a run. Its `reply` adds to the answer of the request while the handler works, and sends a
 * message of its own afterwards; `ack` does nothing; after `nack` the message counts as not handled.
 */
export function createPushMessage(
  client: A2AClient,
  workspaceId: string,
  run: Run,
  content: MessageContent,
  raw: unknown,
): PushMessage {
  const replies: MessagePart[] = [];
  let givenBack: string | undefined;
  const { senderId, messageId, contextId } = run;
  const inbound = {
    ...content,
    messageId,
    contextId,
    id: messageId,
    senderId,
    createdAtUs: Date.now() * 1000,
    raw,
  };
  const { message } = toDeliveryMessage(client, workspaceId, inbound, 1, {
    ack: async () => {},
    nack: async (reason = "it was given back") => {
      givenBack ??= String(reason);
    },
  });
  return {
    message: {
      ...message,
      async reply(answer, options) {
        if (stateOf(run) !== "working") return message.reply(answer, options);
        replies.push(...parseMessageParts(answer));
        return undefined;
      },
    },
    replies,
    get givenBack() {
      return givenBack;
    },
  };
}
