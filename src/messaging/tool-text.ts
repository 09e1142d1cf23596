import { type A2AError, type A2AErrorCode, isA2AError } from "../errors";
import { toSingleLine } from "../text/sanitize";
import type { FilePart, Outcome } from "./outcome";

/** Beginning of the text of a failure, its space included. */
export const ERROR_PREFIX = "[A2A_ERROR] ";

/**
 * Formats an outcome or an error as the text that a model is shown. A reply is its text. A failure begins with
 * `[A2A_ERROR] ` and ends with the URL of the request. The strings are those of the reference Python client, to the
 * letter, for the cases that client knows.
 */
export function toToolText(outcomeOrError: Outcome | A2AError): string {
  return isA2AError(outcomeOrError) ? errorText(outcomeOrError) : outcomeText(outcomeOrError);
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "reply":
      return replyText(outcome);
    case "queued":
      return outcome.text;
    case "working":
      return appendIds("The peer has begun the task and not finished it.", outcome);
    case "input-required":
      return appendIds("The peer needs an answer before it can go on.", outcome);
    case "auth-required":
      return appendIds("The peer needs to be given access before it can go on.", outcome);
  }
}

/** The unchanged text, and a line for each file below it. A reply of nothing but data is shown as JSON. */
function replyText({
  text,
  files,
  data,
}: {
  text: string;
  files: readonly FilePart[];
  data: readonly unknown[];
}): string {
  if (text === "" && files.length === 0) return data.map(jsonLine).join("\n");
  const lines = files.map(fileLine);
  return (text === "" ? lines : [text, ...lines]).join("\n");
}

/** Longer JSON is cut off, in characters. */
const MAX_JSON_LENGTH = 20_000;

function jsonLine(data: unknown): string {
  const json = JSON.stringify(data) ?? "";
  return json.length > MAX_JSON_LENGTH ? `${json.slice(0, MAX_JSON_LENGTH)}…` : json;
}

function appendIds(
  lead: string,
  outcome: { text: string; taskId?: string | undefined; contextId?: string | undefined },
): string {
  const ids = [
    outcome.taskId === undefined ? "" : `taskId=${toSingleLine(outcome.taskId, 200)}`,
    outcome.contextId === undefined ? "" : `contextId=${toSingleLine(outcome.contextId, 200)}`,
  ].filter((id) => id !== "");
  const text = outcome.text === "" ? "" : ` It says: ${outcome.text}`;
  return `${lead}${text}${ids.length === 0 ? "" : ` [${ids.join(" ")}]`}`;
}

function fileLine({ name, uri, mimeType, bytes }: FilePart): string {
  const where = uri ?? (bytes === undefined ? "" : "inline");
  const facts = [mimeType, where].filter((fact) => fact !== undefined && fact !== "").join(", ");
  return `[file: ${toSingleLine(`${name ?? "unnamed"}${facts === "" ? "" : ` (${facts})`}`, 500)}]`;
}

/** Failures for which the reference client has texts of its own. */
const REFERENCE_TEXT_CODES: ReadonlySet<A2AErrorCode> = new Set([
  "invalid_argument",
  "rpc_error",
  "agent_error",
  "bad_response",
  "network",
  "timeout",
  "reply_lost",
]);

function errorText({ code, detail, message, target }: A2AError): string {
  if (code === "agent_error" && detail !== undefined) return `${ERROR_PREFIX}${detail}`;
  const text = detail !== undefined && REFERENCE_TEXT_CODES.has(code) ? detail : message;
  return target === undefined ? `${ERROR_PREFIX}${text}` : `${ERROR_PREFIX}${text} [target=${target}]`;
}
