import { invalidArgument } from "../../errors";
import { type MessagePart, parseMessageParts } from "../../messaging/outgoing-message";
import { newId } from "../../runtime/ids";
import { quote } from "../../text/format";
import { isRecord } from "../../text/json";
import { serializeJson } from "../../text/serialize-json";
import type { AgentQuestion } from "../options";
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

/** The state of a question; `undefined` for an answer. Throws `invalid_argument` for any other state. */
function questionState(result: unknown): AgentQuestion["state"] | undefined {
  const state = isRecord(result) ? result.state : undefined;
  if (state === undefined || state === "input-required" || state === "auth-required") return state;
  throw invalidArgument(
    `Expected \`answer.state\` to be 'input-required' or 'auth-required', got ${quote(state)}.`,
  );
}

/** Throws `invalid_argument` for what a handler has returned and no message can hold. */
export function checkAnswer<Result>(result: Result): Result {
  questionState(result);
  partsOf(result);
  return result;
}

/** Nothing, and text without a character, are an answer without content. Throws `invalid_argument` for what is none. */
function partsOf(result: unknown): MessagePart[] {
  if (result === undefined || result === null) return [];
  if (typeof result === "string" && result.trim() === "") return [];
  return parseMessageParts(result, "answer");
}
