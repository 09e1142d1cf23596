import { isRecord, type JsonRecord } from "../text/json";
import type { FilePart } from "./outcome";
import { addText, type Content, collectParts, createContent } from "./parts";

/** The content of a peer's result, in one form for all versions of A2A. */
export interface Reply {
  text: string;
  files: FilePart[];
  data: unknown[];
  /** The state of a task in lower case with hyphens; `undefined` for a message. */
  state: string | undefined;
  taskId: string | undefined;
  contextId: string | undefined;
}

/** The text of a reply without any part. */
export const NO_RESPONSE = "(no response)";

/** True for a value that has the shape of a message or a task, with or without the wrapper of A2A 1.0. */
export function isReply(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return (
    Array.isArray(value.parts) ||
    Array.isArray(value.artifacts) ||
    Array.isArray(value.history) ||
    value.kind === "message" ||
    value.kind === "task" ||
    isRecord(value.message) ||
    isRecord(value.task) ||
    (isRecord(value.status) && typeof value.status.state === "string")
  );
}

/**
 * Parses a message or a task: its text in order, files, data and state. Never throws; a value of any other shape is a
 * reply without content.
 */
export function parseReply(result: unknown): Reply {
  if (typeof result === "string") {
    return { text: result, files: [], data: [], state: undefined, taskId: undefined, contextId: undefined };
  }
  const subject = unwrap(result);
  const isTask = subject.kind === "task" || Array.isArray(subject.artifacts) || subject.status !== undefined;
  const content = createContent();
  collectParts(subject.parts, content);
  if (isRecord(subject.status)) collectMessage(subject.status.message, content);
  const artifacts = Array.isArray(subject.artifacts) ? subject.artifacts.filter(isRecord) : [];
  for (const artifact of artifacts) collectParts(artifact.parts, content);
  if (content.texts.length === 0) collectMessage(lastAgentMessage(subject.history), content);
  for (const artifact of artifacts) collectArtifactContent(artifact, content);
  return {
    text: content.anyPart || content.texts.length > 0 ? content.texts.join("\n") : NO_RESPONSE,
    files: content.files,
    data: content.data,
    state: taskState(subject),
    taskId: string(subject.taskId) ?? (isTask ? string(subject.id) : undefined),
    contextId: string(subject.contextId),
  };
}

/** Why a task failed: the text of its status message, else all of its text. */
export function failureReason(result: unknown): string {
  const { status } = unwrap(result);
  const content = createContent();
  if (isRecord(status)) collectMessage(status.message, content);
  if (content.texts.length > 0) return content.texts.join("\n");
  const { text } = parseReply(result);
  return text === NO_RESPONSE ? "" : text;
}

/** A2A 1.0 wraps the result as `{"task": …}` or `{"message": …}`. */
function unwrap(result: unknown): JsonRecord {
  if (!isRecord(result)) return {};
  const hasOwnContent =
    result.parts !== undefined || result.artifacts !== undefined || result.status !== undefined;
  if (!hasOwnContent) {
    if (isRecord(result.task)) return result.task;
    if (isRecord(result.message)) return result.message;
  }
  return result;
}

function collectMessage(message: unknown, content: Content): void {
  if (typeof message === "string") addText(message, content);
  else if (isRecord(message)) collectParts(message.parts, content);
}

function lastAgentMessage(history: unknown): unknown {
  if (!Array.isArray(history)) return undefined;
  return history.findLast(
    (entry) => isRecord(entry) && (entry.role === "agent" || entry.role === "ROLE_AGENT"),
  );
}

/** Artifacts of some hand-written agents have a `content` instead of parts: text, or an object, which is data. */
function collectArtifactContent(artifact: JsonRecord, content: Content): void {
  if (artifact.parts !== undefined || artifact.content === undefined) return;
  content.anyPart = true;
  if (typeof artifact.content === "string") addText(artifact.content, content);
  else content.data.push(artifact.content);
}

/** Versions of A2A write a state as `TASK_STATE_INPUT_REQUIRED`, `input_required` or `input-required`. */
function taskState(subject: JsonRecord): string | undefined {
  const state = isRecord(subject.status) ? subject.status.state : subject.status;
  if (typeof state !== "string") return undefined;
  return state
    .trim()
    .toLowerCase()
    .replace(/^task_state_/, "")
    .replaceAll("_", "-");
}

const string = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
