import { cut } from "../activity/cut";
import { messageOf } from "../agents/incoming-message";
import type { QueuedMessage } from "../agents/message-queue";
import { tell } from "../events";
import { isObject } from "../json";
import type { PlatformState } from "../state";
import { replyText } from "./reply-text";
import { delegationIdOf, type Handover, moveDelegateRow, writeResultRow } from "./rows";

/** How the row of a result reads. */
export function resultOf(delegationId: string, text: string) {
  return {
    summary: `Delegation completed (${cut(text, 80)})`,
    status: "completed",
    response_body: { text, delegation_id: delegationId },
  };
}

/** The row of the result is there before the other one is completed. */
export function complete(state: PlatformState, work: Handover, answer: string): void {
  const { id, sourceId, targetId } = work;
  const text = replyText(answer);
  writeResultRow(state, sourceId, { ...resultOf(id, text), target_id: targetId });
  moveDelegateRow(state, sourceId, id, "completed");
  const response_preview = cut(text, 200);
  tell(state, sourceId, "DELEGATION_COMPLETE", { delegation_id: id, target_id: targetId, response_preview });
}

/** The row of the failure does not say which delegation failed. */
export function fail(state: PlatformState, { id, sourceId, targetId }: Handover, error: string): void {
  moveDelegateRow(state, sourceId, id, "failed", error);
  writeResultRow(state, sourceId, {
    summary: "Delegation failed",
    status: "failed",
    target_id: targetId,
    error_detail: error,
  });
  tell(state, sourceId, "DELEGATION_FAILED", { delegation_id: id, target_id: targetId, error });
}

/** The peer is busy: the message waits in its queue. */
export function queue(state: PlatformState, { id, sourceId, targetId }: Handover): void {
  moveDelegateRow(state, sourceId, id, "queued");
  writeResultRow(state, sourceId, {
    summary: "Delegation queued — target at capacity",
    status: "queued",
    target_id: targetId,
    response_body: { queued: true, delegation_id: id },
  });
  tell(state, sourceId, "DELEGATION_STATUS", { delegation_id: id, target_id: targetId, status: "queued" });
}

/** A queued message was answered after all. Only the row of the result learns it; the other one stays queued. */
export function stitch(
  state: PlatformState,
  { from, targetId, request }: QueuedMessage,
  answer: string,
): void {
  const { metadata } = messageOf(request);
  const id = isObject(metadata) ? metadata.delegation_id : undefined;
  const row = state.activities.findLast(
    (each) =>
      each.workspace_id === from &&
      each.method === "delegate_result" &&
      each.status === "queued" &&
      delegationIdOf(each) === id,
  );
  if (from === null || typeof id !== "string" || row === undefined) return;
  const text = replyText(answer);
  Object.assign(row, resultOf(id, text));
  const response_preview = cut(text, 200);
  tell(state, from, "DELEGATION_COMPLETE", { delegation_id: id, target_id: targetId, response_preview });
}
