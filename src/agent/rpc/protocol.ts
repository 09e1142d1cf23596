import type { FilePart } from "../../messaging/outcome";
import type { MessagePart } from "../../messaging/outgoing-message";
import type { JsonRecord } from "../../text/json";

/** How a request is written, and so its answer: `0.3` stands for all versions before 1.0. */
export type ProtocolVersion = "0.3" | "1.0";

export type RunState = "working" | "completed" | "failed" | "canceled" | "input-required" | "auth-required";

/** An answer of the agent, as a message. */
export interface AnswerMessage {
  readonly messageId: string;
  readonly contextId: string;
  readonly taskId?: string | undefined;
  readonly parts: readonly MessagePart[];
}

/** A task as it is now. Its answer is an artifact once it is completed, and the status message before. */
export interface TaskSnapshot {
  readonly id: string;
  readonly contextId: string;
  readonly state: RunState;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly answer?: AnswerMessage | undefined;
}

/** The `result` of a send that is answered with a message. */
export function writeSentMessage(message: AnswerMessage, version: ProtocolVersion): JsonRecord {
  const written = writeMessage(message, version);
  return version === "1.0" ? { message: written } : written;
}

/** The `result` of a send that is answered with a task. */
export function writeSentTask(task: TaskSnapshot, version: ProtocolVersion): JsonRecord {
  const written = writeTask(task, version);
  return version === "1.0" ? { task: written } : written;
}

export function writeTask(
  { id, contextId, state, timestamp, answer }: TaskSnapshot,
  version: ProtocolVersion,
): JsonRecord {
  const isFinished = state === "completed";
  const status: JsonRecord = { state: writeState(state, version), timestamp };
  if (answer !== undefined && !isFinished) status.message = writeMessage(answer, version);
  return {
    ...(version === "1.0" ? {} : { kind: "task" }),
    id,
    contextId,
    status,
    ...(answer !== undefined && isFinished
      ? { artifacts: [{ artifactId: answer.messageId, parts: writeParts(answer.parts, version) }] }
      : {}),
  };
}

function writeMessage(
  { messageId, contextId, taskId, parts }: AnswerMessage,
  version: ProtocolVersion,
): JsonRecord {
  return {
    ...(version === "1.0" ? { role: "ROLE_AGENT" } : { kind: "message", role: "agent" }),
    messageId,
    contextId,
    ...(taskId === undefined ? {} : { taskId }),
    parts: writeParts(parts, version),
  };
}

const writeState = (state: RunState, version: ProtocolVersion): string =>
  version === "1.0" ? `TASK_STATE_${state.toUpperCase().replace("-", "_")}` : state;

const writeParts = (parts: readonly MessagePart[], version: ProtocolVersion): readonly unknown[] =>
  version === "1.0" ? parts.map(writeCurrentPart) : parts;

/** A part of 1.0 has no `kind`: its members tell. */
function writeCurrentPart(part: MessagePart): JsonRecord {
  if (part.kind === "text") return { text: part.text };
  if (part.kind === "data") return { data: part.data };
  return writeCurrentFile(part.file);
}

function writeCurrentFile({ uri, bytes, name, mimeType }: FilePart): JsonRecord {
  return {
    ...(bytes === undefined ? { url: uri } : { raw: bytes }),
    ...(name === undefined ? {} : { filename: name }),
    ...(mimeType === undefined ? {} : { mediaType: mimeType }),
  };
}
