import type { TraceContext } from "../events";
import type { FilePart } from "../messaging/outcome";
import { parseReply } from "../messaging/reply";
import { isRecord, type JsonRecord } from "../text/json";

/** What an A2A message to an agent holds, whichever way it came and in whichever version of A2A it is written. */
export interface MessageContent {
  /** All text of the message, in order. */
  readonly text: string;
  /** The files of the message, in order. */
  readonly files: FilePart[];
  /** The data parts, as the sender gave them. */
  readonly data: unknown[];
  /** Id that its sender gave the message. */
  readonly messageId?: string;
  /** Id of the conversation. */
  readonly contextId?: string;
  /** Id of the task that the message answers. */
  readonly taskId?: string;
  /** Set for work that the platform keeps as a delegation. */
  readonly delegationId?: string;
  /** The `messageId` of the message this one answers, where its sender says so. */
  readonly inReplyTo?: string;
  /** The sender's place in a trace, where the message carries it: a handler's own sends go on from there. */
  readonly trace?: TraceContext;
}

/** Reads a message; `text` is `(no response)` where it has no parts. Never throws. */
export function readContent(message: JsonRecord): MessageContent {
  const { text, files, data } = parseReply(message);
  const metadata = metadataOf(message);
  return {
    text,
    files,
    data,
    ...optional("messageId", message.messageId ?? message.message_id),
    ...optional("contextId", message.contextId ?? message.context_id),
    ...optional("taskId", message.taskId ?? message.task_id),
    ...optional("delegationId", metadata.delegation_id),
    ...optional("inReplyTo", metadata.in_reply_to),
    ...readTrace(metadata),
  };
}

/** Version, trace id, span id and flags of W3C Trace Context. */
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
const MAX_TRACESTATE_LENGTH = 512;

function readTrace({ traceparent, tracestate }: JsonRecord): { trace?: TraceContext } {
  if (typeof traceparent !== "string" || !TRACEPARENT.test(traceparent)) return {};
  const hasState = isText(tracestate) && tracestate.length <= MAX_TRACESTATE_LENGTH;
  return { trace: { traceparent, ...(hasState ? { tracestate } : {}) } };
}

export const metadataOf = ({ metadata }: JsonRecord): JsonRecord => (isRecord(metadata) ? metadata : {});

export const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";

const optional = <Key extends string>(key: Key, value: unknown): { [K in Key]?: string } =>
  (isText(value) ? { [key]: value } : {}) as { [K in Key]?: string };
