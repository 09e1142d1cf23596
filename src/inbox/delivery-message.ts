import type { A2AClient } from "../client/client";
import { invalidArgument } from "../errors";
import type { SendOutcome } from "../messaging/outcome";
import type { OutgoingMessage } from "../messaging/outgoing-message";
import type { SendOptions } from "../messaging/send-options";
import { displayName } from "../peers/display-name";
import type { InboxMessage, InboxSender } from "./message";
import type { InboundMessage } from "./row";

/** What may be done with a message that was handed over. */
export interface MessageActions {
  ack(): Promise<void>;
  nack(reason?: string): Promise<void>;
}

/** A message that is handed over, and the way to send what its handler returns. */
export interface DeliveryMessage {
  readonly message: InboxMessage;
  /** Sends the handler's answer: under one identity, whichever process sends it and however often. */
  sendAnswer(answer: string | OutgoingMessage, options: SendOptions): Promise<SendOutcome | undefined>;
}

/** The message as the agent sees it. */
export function toDeliveryMessage(
  client: A2AClient,
  workspaceId: string,
  message: InboundMessage,
  attempt: number,
  { ack, nack }: MessageActions,
): DeliveryMessage {
  const { id, text, files, data, messageId, contextId, taskId, delegationId, inReplyTo, trace, raw } =
    message;
  let replies = 0;
  const send = (answer: string | OutgoingMessage, name: string, options: SendOptions | undefined) =>
    sendReply(client, workspaceId, message, answer, {
      ...options,
      messageId: options?.messageId ?? `reply-${name}`,
    });
  const delivered: InboxMessage = {
    id,
    from: senderOf(client, workspaceId, message),
    text,
    files,
    data,
    ...(messageId === undefined ? {} : { messageId }),
    ...(contextId === undefined ? {} : { contextId }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(delegationId === undefined ? {} : { delegationId }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(trace === undefined ? {} : { trace }),
    receivedAt: new Date(message.createdAtUs / 1000),
    attempt,
    raw,
    reply(answer, options) {
      replies += 1;
      return send(answer, `${id}-${replies}`, options);
    },
    ack,
    nack,
  };
  return { message: delivered, sendAnswer: (answer, options) => send(answer, id, options) };
}

async function sendReply(
  client: A2AClient,
  workspaceId: string,
  { senderId, messageId, contextId }: InboundMessage,
  answer: string | OutgoingMessage,
  options: SendOptions,
): Promise<SendOutcome | undefined> {
  if (senderId === null) {
    await client.notifyUser(textFor(answer), { source: workspaceId, signal: options.signal });
    return undefined;
  }
  const metadata =
    messageId === undefined ? options.metadata : { ...options.metadata, in_reply_to: messageId };
  return client.sendA2AMessage(senderId, answer, {
    allowSelf: true,
    ...options,
    source: workspaceId,
    contextId: options.contextId ?? contextId,
    metadata,
  });
}

/** The human is shown text: data as JSON, below it. */
function textFor(answer: string | OutgoingMessage): string {
  if (typeof answer === "string") return answer;
  const lines = (answer.parts ?? []).flatMap((part) => {
    if (part.kind === "text") return [part.text];
    return part.kind === "data" ? [JSON.stringify(part.data, null, 2) ?? ""] : [];
  });
  const text = [answer.text ?? "", ...lines].filter((line) => line !== "").join("\n");
  if (text !== "") return text;
  throw invalidArgument("Expected an answer to the human to have text or data in it.");
}

/** From memory, and at once: an unknown peer is looked up meanwhile, so that its next message has a name. */
function senderOf(client: A2AClient, workspaceId: string, { senderId }: InboundMessage): InboxSender {
  if (senderId === null) return { kind: "human" };
  const record = client.enricher.get(senderId, { source: workspaceId });
  const name = record?.name === undefined ? undefined : displayName(record);
  const role = typeof record?.role === "string" && record.role !== "" ? record.role : undefined;
  return {
    kind: "peer",
    id: senderId,
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { role }),
  };
}
