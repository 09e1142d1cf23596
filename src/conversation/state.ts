import type { A2AError } from "../errors";
import type { SendOutcome } from "../messaging/outcome";
import { isForeignId } from "../messaging/send-options";

/** What the next message of a conversation carries. */
export interface ConversationState {
  readonly contextId: string;
  /** The open task; `undefined` while there is none. */
  readonly taskId: string | undefined;
}

/** Outcomes of a task that is open: the next message belongs to it. */
const OPEN: ReadonlySet<SendOutcome["kind"]> = new Set(["input-required", "auth-required", "working"]);

/**
 * The state after an outcome: with the context that the peer answered in, and its task while that is open. A message
 * that is `queued` changes nothing. Ids that no message can carry are ignored.
 */
export function stateAfterOutcome(state: ConversationState, outcome: SendOutcome): ConversationState {
  if (outcome.kind === "queued") return state;
  const contextId = isForeignId(outcome.contextId) ? outcome.contextId : state.contextId;
  if (!OPEN.has(outcome.kind)) return { contextId, taskId: undefined };
  return { contextId, taskId: isForeignId(outcome.taskId) ? outcome.taskId : state.taskId };
}

const TASK_NOT_FOUND = -32001;

/**
 * The state after a failure: without the task when that has ended, or the peer does not know it. Any other failure
 * leaves it open, so that the same message may be sent again.
 */
export function stateAfterError(
  state: ConversationState,
  { code, rpcCode }: Pick<A2AError, "code" | "rpcCode">,
): ConversationState {
  const hasEnded = code === "task_failed" || rpcCode === TASK_NOT_FOUND;
  return hasEnded ? { ...state, taskId: undefined } : state;
}
