import { classify } from "../messaging/classify";
import type { Outcome } from "../messaging/outcome";
import { toToolText } from "../messaging/tool-text";
import { isRecord, parseJson } from "../text/json";
import { toSingleLine } from "../text/sanitize";
import type { Failure } from "../transport/request/result";
import type { Delegation } from "./delegation-record";

/** What the text of a result says of its delegation. */
export type ResultFields = Pick<Delegation, "status" | "responsePreview" | "previewTruncated" | "error"> &
  Pick<Delegation, "resultText" | "outcome">;

/** Characters of a preview. The platform's own has as many bytes. */
const PREVIEW_LENGTH = 300;

/**
 * Reads the whole text of a result. The platform keeps the text of an answer, or the whole JSON-RPC response where it
 * finds no text in it, and calls both completed. A response is read as that of a message is.
 */
export function readResult(text: string): ResultFields {
  const isWhole = isResponse(text);
  // Text alone is read as an answer with this text, which may be the agent's own error.
  const body = isWhole ? text : JSON.stringify({ jsonrpc: "2.0", result: text });
  const read = classify({ status: 200, text: body, header: () => undefined }, "the peer");
  if (!read.ok) return failedFields(read.failure, text);
  if (!isWhole) return { status: "completed", error: "", resultText: text, ...previewOf(text) };
  const outcome = read.value;
  const shown = toToolText(outcome);
  if (outcome.kind === "reply") {
    return { status: "completed", error: "", outcome, resultText: shown, ...previewOf(shown) };
  }
  return { status: outcome.kind, error: unfinishedText(outcome), outcome, ...previewOf(shown) };
}

/** True for a JSON-RPC response, and for the platform's note that a peer fetches its messages itself. */
function isResponse(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  const parsed = parseJson(text);
  if (!parsed.ok || !isRecord(parsed.value)) return false;
  const { jsonrpc, status, delivery_mode } = parsed.value;
  return jsonrpc === "2.0" || (status === "queued" && typeof delivery_mode === "string");
}

function failedFields({ code, summary, quoted, advice }: Failure, text: string): ResultFields {
  const reason = quoted === undefined ? summary : `${summary}: ${toSingleLine(quoted, PREVIEW_LENGTH)}`;
  const line = toSingleLine(reason);
  const error = [`${line.charAt(0).toUpperCase()}${line.slice(1)}.`, advice ?? ""].join(" ").trim();
  // What could not be understood may still be of use to a reader.
  const kept = code === "bad_response" ? text : "";
  return { status: "failed", error, ...previewOf(kept), ...(kept === "" ? {} : { resultText: kept }) };
}

function unfinishedText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "queued":
      return outcome.text;
    case "working":
      return "The peer has begun the task and not finished it, and the platform does not follow it any further: ask the peer, naming the task id.";
    default:
      return "The peer needs an answer before it can go on, and the platform does not follow the task any further: send the peer a message with the task id and the context id of its question.";
  }
}

/** The beginning of a text, cut between code points. */
function previewOf(text: string): Pick<ResultFields, "responsePreview" | "previewTruncated"> {
  const beginning = [...text.slice(0, 2 * PREVIEW_LENGTH)].slice(0, PREVIEW_LENGTH).join("");
  const previewTruncated = beginning.length < text.length;
  return { responsePreview: previewTruncated ? `${beginning}...` : text, previewTruncated };
}
