import { isText, type MessageContent, metadataOf, readContent } from "../../inbox/message-content";
import { isRecord, type JsonRecord } from "../../text/json";
import { parsePeerId } from "../../validation/peer-id";
import { invalidParams, type RpcResult, rpcFail, rpcOk } from "./errors";

/** The parameters of a send, in any version of A2A. */
export interface SendParams {
  readonly content: MessageContent;
  /** As the sender states it: the platform forwards no header that vouches for it. */
  readonly senderId: string | null;
  /** False where the sender wants a task at once, and the answer later. */
  readonly isBlocking: boolean;
}

/** Characters of an id. */
const MAX_ID_LENGTH = 1024;

const ID_NAMES = ["messageId", "message_id", "contextId", "context_id", "taskId", "task_id"] as const;

/** Parses the parameters of a send; the error says which member is wrong. */
export function parseSendParams(params: JsonRecord): RpcResult<SendParams> {
  const { message } = params;
  if (!isRecord(message)) return wrong("`params.message` is not an object.");
  const badId = ID_NAMES.find((name) => !isId(message[name]));
  if (badId !== undefined) {
    return wrong(`\`params.message.${badId}\` is not text of at most ${MAX_ID_LENGTH} characters.`);
  }
  const parts = message.parts ?? message.content;
  if (!Array.isArray(parts)) return wrong("`params.message.parts` is not an array.");
  if (!parts.every(isRecord)) return wrong("`params.message.parts` has a part that is not an object.");
  const content = readContent(message);
  if (parts.length === 0 || isEmpty(content)) {
    return wrong("`params.message.parts` has no text, file or data that this agent can read.");
  }
  return rpcOk({ content, senderId: senderOf(params, message), isBlocking: isBlocking(params) });
}

const wrong = (message: string) => rpcFail(invalidParams(message));

/** Absent, null and empty all mean that there is none. */
const isId = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.length <= MAX_ID_LENGTH);

const isEmpty = ({ text, files, data }: MessageContent): boolean =>
  text.trim() === "" && files.length === 0 && data.length === 0;

/** The workspace that the parameters, or the message in them, state as the sender. */
export function senderOf(params: JsonRecord, message: JsonRecord = {}): string | null {
  const stated = metadataOf(params).source_workspace_id ?? metadataOf(message).source_workspace_id;
  return parsePeerId(stated);
}

/** 0.3 says `blocking: false`, 1.0 `returnImmediately: true`. */
function isBlocking({ configuration }: JsonRecord): boolean {
  if (!isRecord(configuration)) return true;
  return configuration.blocking !== false && configuration.returnImmediately !== true;
}

/** The id of a task in the parameters of `tasks/get` and `tasks/cancel`; 1.0 also writes it as a `name`. */
export function parseTaskId({ id, name }: JsonRecord): RpcResult<string> {
  const given = id ?? (typeof name === "string" ? name.replace(/^tasks\//, "") : name);
  return isText(given) ? rpcOk(given) : wrong("`params.id` is not the id of a task.");
}
