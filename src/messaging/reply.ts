import { isRecord, type JsonRecord } from "../text/json";
import { joinPieces } from "./join-pieces";
import { firstString } from "./members";
import type { FilePart } from "./outcome";
import { type Attachments, collectContent, createAttachments } from "./parts";
import { findSubject, type Subject } from "./subject";

/** The content of a peer's result, in one form for all versions of A2A. */
export interface Reply {
  text: string;
  files: FilePart[];
  data: unknown[];
  /** Name of a task's state, in lower case with hyphens; `""` for a task without one, `undefined` for a message. */
  state: string | undefined;
  taskId: string | undefined;
  contextId: string | undefined;
}

/** The text of a reply without any part. */
export const NO_RESPONSE = "(no response)";

/**
 * Parses a message or a task: its text in order, files, data and state. Never throws; a value of any other shape is a
 * reply without content.
 */
export function parseReply(result: unknown): Reply {
  if (typeof result === "string") {
    return { text: result, files: [], data: [], state: undefined, taskId: undefined, contextId: undefined };
  }
  const subject = findSubject(result);
  const attachments = createAttachments();
  const text = subject === undefined ? "" : collectText(subject, attachments);
  const body = subject?.body ?? {};
  return {
    text: text !== "" || attachments.anyPart ? text : NO_RESPONSE,
    files: attachments.files,
    data: attachments.data,
    state: subject?.state,
    taskId: firstString(body, "taskId", "task_id") ?? (subject?.isTask ? firstString(body, "id") : undefined),
    contextId: firstString(body, "contextId", "context_id"),
  };
}

/** Why a task failed: the content of its status message, else all of its content. */
export function parseFailureReason(result: unknown): Pick<Reply, "text" | "files" | "data"> {
  const { body } = findSubject(result) ?? {};
  const attachments = createAttachments();
  const text = body === undefined ? "" : messageText(statusMessage(body), attachments);
  const { files, data } = attachments;
  if (text !== "" || files.length > 0 || data.length > 0) return { text, files, data };
  const reply = parseReply(result);
  return { ...reply, text: reply.text === NO_RESPONSE ? "" : reply.text };
}

/**
 * The text of a task or a message: its own parts, the status message, the artifacts. Where there is none, what the
 * agent said last.
 */
function collectText({ body, artifacts }: Subject, attachments: Attachments): string {
  const own = collectContent(body, attachments).join("\n");
  const status = messageText(statusMessage(body), attachments);
  const pieces = artifacts.map((artifact) => joinPieces(collectContent(artifact, attachments)));
  const output = joinSections(pieces);
  // Some agents give the text of the artifacts as their status message too.
  const text = joinSections([own, status === output ? "" : status, output]);
  return text === "" ? messageText(lastAgentMessage(body.history), attachments) : text;
}

const joinSections = (sections: readonly string[]): string =>
  sections.filter((section) => section !== "").join("\n");

function statusMessage({ status }: JsonRecord): unknown {
  return isRecord(status) ? (status.message ?? status.update) : undefined;
}

/** A message is never appended to, so each of its parts has a line of its own. */
function messageText(message: unknown, attachments: Attachments): string {
  if (typeof message === "string") return message;
  return isRecord(message) ? collectContent(message, attachments).join("\n") : "";
}

const AGENT_ROLES: ReadonlySet<unknown> = new Set(["agent", "ROLE_AGENT", 2]);

function lastAgentMessage(history: unknown): unknown {
  if (!Array.isArray(history)) return undefined;
  return history.findLast((entry) => isRecord(entry) && AGENT_ROLES.has(entry.role));
}
