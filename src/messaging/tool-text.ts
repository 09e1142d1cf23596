import { type A2AError, type A2AErrorCode, isA2AError } from "../errors";
import { toSingleLine } from "../text/sanitize";
import { formatContent, type MessageContent } from "./content-text";
import type { Outcome } from "./outcome";

/** Beginning of the text of a failure, its space included. */
export const ERROR_PREFIX = "[A2A_ERROR] ";

/**
 * Formats an outcome or an error as the text that a model is shown. A reply is its text, with its data as JSON and its
 * files below. A failure begins with
 * `[A2A_ERROR] ` and ends with the URL of the request. The strings are those of the reference Python client, to the
 * letter, for the cases that client knows.
 */
export function toToolText(outcomeOrError: Outcome | A2AError): string {
  return isA2AError(outcomeOrError) ? errorText(outcomeOrError) : outcomeText(outcomeOrError);
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "reply":
      return formatContent(outcome);
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

function appendIds(
  lead: string,
  outcome: MessageContent & { taskId?: string | undefined; contextId?: string | undefined },
): string {
  const ids = [
    outcome.taskId === undefined ? "" : `taskId=${toSingleLine(outcome.taskId, 200)}`,
    outcome.contextId === undefined ? "" : `contextId=${toSingleLine(outcome.contextId, 200)}`,
  ].filter((id) => id !== "");
  const content = formatContent(outcome);
  const text = content === "" ? lead : `${lead} It says: ${content}`;
  if (ids.length === 0) return text;
  // On a line of their own below several lines, so that they are not taken for a part of the last one.
  return `${text}${content.includes("\n") ? "\n" : " "}[${ids.join(" ")}]`;
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

function errorText(error: A2AError): string {
  const text = failureText(error);
  // The reference client adds nothing to the agent's own words.
  if (error.target === undefined || (error.code === "agent_error" && error.detail !== undefined)) return text;
  return `${text} [target=${error.target}]`;
}

/** The text of a failure without the URL of the request, which is no concern of a model. */
export function failureText({ code, detail, message }: A2AError): string {
  return `${ERROR_PREFIX}${detail !== undefined && REFERENCE_TEXT_CODES.has(code) ? detail : message}`;
}
