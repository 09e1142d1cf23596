import type { SendOutcome } from "../messaging/outcome";
import type { OutgoingMessage } from "../messaging/outgoing-message";
import type { SendOptions } from "../messaging/send-options";
import type { MessageContent } from "./message-content";

/** Who a message is from. `name` and `role` come from memory, never waited for; they are untrusted text. */
export type InboxSender =
  | { kind: "human" }
  | {
      kind: "peer";
      /** UUID of the workspace, which the platform vouches for. */
      id: string;
      /** Absent while it is not known. */
      name?: string;
      /** Absent while it is not known. */
      role?: string;
    };

/** A message that another agent, or the human behind the workspace, has sent. All its content is untrusted. */
export interface InboxMessage extends MessageContent {
  /** Id of the platform's row: stable over redeliveries. The `messageId` of a message that was pushed. */
  readonly id: string;
  /** Who has sent it, as the platform states it. */
  readonly from: InboxSender;
  /** When the platform got it. */
  readonly receivedAt: Date;
  /** 1 for the first time this message is handed over, over restarts too. */
  readonly attempt: number;
  /** The whole row, or the request that was pushed, as the platform sent it. */
  readonly raw: unknown;
  /**
   * Answers the message: to the peer, with the `contextId` and the `messageId` it answers, or to the human. The
   * identity of the answer is derived from {@link id}, so that an answer that is sent again is the same message.
   * Resolves to the outcome of the send, `undefined` for the human. Throws as `sendA2AMessage` and `notifyUser`.
   */
  reply(answer: string | OutgoingMessage, options?: SendOptions): Promise<SendOutcome | undefined>;
  /** Ends the message: it does not come again. Does nothing once it is acknowledged, set aside or handed over anew. */
  ack(): Promise<void>;
  /** Gives the message back: it comes again after a pause, or is set aside after `maxAttempts`. */
  nack(reason?: string): Promise<void>;
}

/** What a handler of `run` may return: an answer to send before the message is acknowledged, or nothing. */
export type InboxHandlerResult = undefined | string | OutgoingMessage;

/**
 * Works on one message; `context.signal` is aborted when the inbox stops. What it throws gives the message
 * back.
 */
export type InboxHandler = (
  message: InboxMessage,
  context: { signal: AbortSignal },
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is the usual one
) => void | InboxHandlerResult | Promise<void | InboxHandlerResult>;
