import { invalidArgument } from "../errors";
import { errorMessage, quote } from "../text/format";
import { isRecord, type JsonRecord } from "../text/json";
import { serializeJson } from "../text/serialize-json";
import type { FilePart } from "./outcome";

/** A part of a message to a peer. */
export type MessagePart =
  | {
      kind: "text";
      /** The text. */
      text: string;
    }
  | {
      kind: "data";
      /** Any value that JSON can hold. */
      data: unknown;
    }
  | {
      kind: "file";
      /** A file by `uri` or as base64 `bytes`. */
      file: FilePart;
    };

/** A message with more than text. `text` becomes the first part, before `parts`. */
export interface OutgoingMessage {
  /** Text of the message; 1 MiB with all parts as JSON, unless `limits.requestBytes` says otherwise. */
  text?: string | undefined;
  /** Text, data and files, sent in this order. */
  parts?: readonly MessagePart[] | undefined;
}

/** What a request carries beside the parts of the message. */
export interface Envelope {
  sourceId: string;
  messageId: string;
  rpcId: string;
  contextId?: string | undefined;
  taskId?: string | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** The parts of a message that a caller has given as `name`. Throws `invalid_argument`, naming what is wrong. */
export function parseMessageParts(message: unknown, name = "message"): MessagePart[] {
  if (typeof message === "string") return [textPart(message, `\`${name}\``)];
  if (!isRecord(message)) {
    throw invalidArgument(`Expected \`${name}\` to be text or an object with parts, got ${quote(message)}.`);
  }
  const parts: MessagePart[] = [];
  if (message.text !== undefined) parts.push(textPart(message.text, `\`${name}.text\``));
  if (message.parts !== undefined) {
    if (!Array.isArray(message.parts)) {
      throw invalidArgument(`Expected \`${name}.parts\` to be an array, got ${quote(message.parts)}.`);
    }
    for (const [index, part] of message.parts.entries()) {
      parts.push(checkPart(part, `\`${name}.parts[${index}]\``));
    }
  }
  if (parts.length === 0) throw invalidArgument(`Expected \`${name}\` to have text or at least one part.`);
  return parts;
}

function textPart(text: unknown, name: string): MessagePart {
  if (typeof text !== "string") throw invalidArgument(`Expected ${name} to be text, got ${quote(text)}.`);
  if (text.trim() === "") throw invalidArgument(`Expected ${name} to have text in it; it is blank.`);
  return { kind: "text", text };
}

function checkPart(part: unknown, name: string): MessagePart {
  if (!isRecord(part)) throw invalidArgument(`Expected ${name} to be an object, got ${quote(part)}.`);
  switch (part.kind) {
    case "text":
      return textPart(part.text, `${name}.text`);
    case "data":
      if (part.data === undefined || typeof part.data === "function" || typeof part.data === "symbol") {
        throw invalidArgument(`Expected ${name}.data to be a JSON value, got ${quote(part.data)}.`);
      }
      return { kind: "data", data: part.data };
    case "file":
      return { kind: "file", file: checkFile(part.file, `${name}.file`) };
    default:
      throw invalidArgument(`Expected ${name}.kind to be 'text', 'data' or 'file', got ${quote(part.kind)}.`);
  }
}

function checkFile(file: unknown, name: string): FilePart {
  if (isRecord(file) && (typeof file.uri === "string" || typeof file.bytes === "string")) return file;
  throw invalidArgument(`Expected ${name} to be an object with a \`uri\` or base64 \`bytes\`.`);
}

/** The JSON-RPC request of a message as JSON text. Throws `invalid_argument` for a message that JSON cannot hold. */
export function serializeMessage(parts: readonly MessagePart[], envelope: Envelope): string {
  const { messageId, contextId, taskId, metadata } = envelope;
  const message: JsonRecord = { kind: "message", role: "user", messageId, parts };
  if (contextId !== undefined) message.contextId = contextId;
  if (taskId !== undefined) message.taskId = taskId;
  if (metadata !== undefined) message.metadata = metadata;
  try {
    return serializeJson({
      jsonrpc: "2.0",
      id: envelope.rpcId,
      method: "message/send",
      // The platform does not forward headers, so the agent learns the sender from here.
      params: { message, metadata: { source_workspace_id: envelope.sourceId } },
    });
  } catch (error) {
    throw invalidArgument(`The message cannot be written as JSON: ${quote(errorMessage(error))}.`);
  }
}
