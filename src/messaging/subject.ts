import { isRecord, type JsonRecord } from "../text/json";
import { firstRecord, firstString } from "./members";
import { isKnownState, plainStateName, stateName } from "./task-state";

/** The message, the task or the artifact in a result. */
export interface Subject {
  body: JsonRecord;
  artifacts: readonly JsonRecord[];
  isTask: boolean;
  /** Name of the state; `""` for a task that has none, `undefined` for what has no state. */
  state: string | undefined;
}

/**
 * Finds the subject of a result: a message, a task, an update of a task or an artifact, plain or in a wrapper. Returns
 * `undefined` for a value of any other shape, and for an empty object.
 */
export function findSubject(result: unknown): Subject | undefined {
  if (!isRecord(result)) return undefined;
  return findPlainSubject(result) ?? findWrappedSubject(result) ?? findByIds(result);
}

/**
 * True for a value that is a reply by itself, without an envelope. The word in `status` is not enough: responses that
 * are no replies have one too.
 */
export function isReply(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { status, ...rest } = value;
  return findSubject(typeof status === "string" ? rest : value) !== undefined;
}

/** True when no member has a value: nothing was answered, which is no mistake. */
export function isEmptyResult(result: unknown): boolean {
  return isRecord(result) && Object.values(result).every(isNothing);
}

function isNothing(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "";
}

function findPlainSubject(value: JsonRecord): Subject | undefined {
  const { kind } = value;
  if (kind === "message") return messageSubject(value);
  if (kind === "task" || kind === "status-update") return taskSubject(value);
  if (kind === "artifact-update") return artifactUpdateSubject(value);
  if (isRecord(value.status)) return taskSubject(value);
  const hasContent = hasParts(value);
  if (hasContent && firstString(value, "artifactId", "artifact_id") !== undefined) {
    return { body: {}, artifacts: [value], isTask: false, state: undefined };
  }
  const hasOutput = hasContent || artifactsOf(value).length > 0 || Array.isArray(value.history);
  const state = plainState(value.status, hasOutput);
  if (state !== undefined) return { ...taskSubject(value), state };
  if (Array.isArray(value.artifacts) || Array.isArray(value.history)) return outputSubject(value);
  if (isRecord(value.artifact)) return artifactUpdateSubject(value);
  return hasContent ? messageSubject(value) : undefined;
}

/** A2A 1.0 wraps results: `{"task": …}`, `{"message": …}`, and updates, which belong into streams only. */
function findWrappedSubject(value: JsonRecord): Subject | undefined {
  const task = firstRecord(value, "task", "statusUpdate", "status_update");
  if (task !== undefined) return taskSubject(task);
  const update = firstRecord(value, "artifactUpdate", "artifact_update");
  if (update !== undefined) return artifactUpdateSubject(update);
  const message = firstRecord(value, "message", "msg");
  if (message === undefined) return undefined;
  if (isEmptyResult(message)) return messageSubject(message);
  return findPlainSubject(message) ?? findByIds(message);
}

/** Protobuf leaves out what is empty, so that a message or a task may be left with nothing but its ids. */
function findByIds(value: JsonRecord): Subject | undefined {
  if (value.jsonrpc !== undefined) return undefined;
  if (firstString(value, "messageId", "message_id") !== undefined) return messageSubject(value);
  return hasTaskIds(value) ? taskSubject(value) : undefined;
}

const hasTaskIds = (value: JsonRecord): boolean =>
  firstString(value, "id") !== undefined && firstString(value, "contextId", "context_id") !== undefined;

const messageSubject = (body: JsonRecord): Subject => ({
  body,
  artifacts: [],
  isTask: false,
  state: undefined,
});

function taskSubject(body: JsonRecord): Subject {
  const { status } = body;
  const state = isRecord(status)
    ? stateName(status.state)
    : typeof status === "string"
      ? plainStateName(status)
      : stateName(status);
  return { body, artifacts: artifactsOf(body), isTask: true, state };
}

/** Artifacts or a history without any state. Agents without an SDK leave it out of a finished answer. */
function outputSubject(body: JsonRecord): Subject {
  const isWholeTask = hasTaskIds(body);
  return { body, artifacts: artifactsOf(body), isTask: true, state: isWholeTask ? "" : undefined };
}

/** An artifact that an agent gives as its whole answer is finished, unless it says that more follows. */
function artifactUpdateSubject(body: JsonRecord): Subject {
  const isUnfinished = body.lastChunk === false || body.last_chunk === false;
  return { body, artifacts: artifactsOf(body), isTask: false, state: isUnfinished ? "working" : undefined };
}

/** The state in a `status` that is a plain word. A word that names no state counts only beside nothing else. */
function plainState(status: unknown, hasOutput: boolean): string | undefined {
  if (typeof status === "number") return isKnownState(stateName(status)) ? stateName(status) : undefined;
  if (typeof status !== "string") return undefined;
  if (isKnownState(stateName(status))) return stateName(status);
  const name = plainStateName(status);
  return hasOutput && isKnownState(name) ? name : undefined;
}

function hasParts({ parts, content, role }: JsonRecord): boolean {
  if (Array.isArray(parts) || Array.isArray(content) || isRecord(content)) return true;
  return typeof content === "string" || typeof role === "string";
}

function artifactsOf({ artifacts, artifact }: JsonRecord): JsonRecord[] {
  if (Array.isArray(artifacts)) return artifacts.filter(isRecord);
  return [artifacts, artifact].filter(isRecord);
}
