import { type MessagePart, parseMessageParts } from "../../messaging/outgoing-message";
import { newId } from "../../runtime/ids";
import { isRecord } from "../../text/json";
import { serializeJson } from "../../text/serialize-json";
import type { AnswerMessage } from "../rpc/protocol";
import type { Run, RunEnd } from "./run";

/** The end of a run whose handler has returned `result`, after the answers it gave with `reply`. */
export function toEnd(
  { contextId, taskId, isTask }: Run,
  replies: readonly MessagePart[],
  result: unknown,
): { end: RunEnd; size: number } {
  const state = questionState(result);
  const given = [...replies, ...partsOf(result)];
  const json = serializeJson(given);
  const answer: AnswerMessage = {
    messageId: newId(),
    contextId,
    // A plain answer belongs to no task.
    taskId: isTask || state !== undefined ? taskId : undefined,
    // A copy: the handler may change what it has returned.
    parts: JSON.parse(json) as MessagePart[],
  };
  return { end: { state: state ?? "completed", answer }, size: json.length };
}

function questionState(result: unknown): "input-required" | "auth-required" | undefined {
  const state = isRecord(result) ? result.state : undefined;
  return state === "input-required" || state === "auth-required" ? state : undefined;
}

/** Throws `invalid_argument` for what a handler has returned and no message can hold. */
export function checkAnswer<Result>(result: Result): Result {
  partsOf(result);
  return result;
}

/** Nothing, and text without a character, are an answer without content. Throws `invalid_argument` for what is none. */
function partsOf(result: unknown): MessagePart[] {
  if (result === undefined || result === null) return [];
  if (typeof result === "string" && result.trim() === "") return [];
  return parseMessageParts(result);
}
