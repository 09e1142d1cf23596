import { getMessage } from "../agents/message";
import { isObject, parseJson } from "../json";
import type { QueuedMessage } from "../model/message";
import type { PlatformState } from "../model/state";
import { emitEvent } from "../store";
import { hasNul, isTruncatedWithinCharacter, truncate } from "../text";
import { appendResultRow, type Delegation, getDelegationId, updateDelegateRow } from "./rows";

const SUMMARY_BYTES = 80;
const EVENT_PREVIEW_BYTES = 200;

/** Appends the result of an agent's JSON-RPC response, and only then sets the delegation to `completed`. */
export function completeDelegation(state: PlatformState, delegation: Delegation, response: string): void {
  const { id, sourceId, targetId } = delegation;
  const text = getReplyText(response);
  if (isStorable(state, text)) {
    appendResultRow(state, sourceId, { ...toResultFields(id, text), target_id: targetId });
  }
  updateDelegateRow(state, sourceId, id, "completed");
  emitComplete(state, sourceId, { delegation_id: id, target_id: targetId }, text);
}

/** Sets a delegation to `failed`. The row of the result does not state the id of the delegation. */
export function failDelegation(
  state: PlatformState,
  { id, sourceId, targetId }: Delegation,
  error: string,
): void {
  updateDelegateRow(state, sourceId, id, "failed", error);
  appendResultRow(state, sourceId, {
    summary: "Delegation failed",
    status: "failed",
    target_id: targetId,
    error_detail: error,
  });
  emitEvent(state, sourceId, "DELEGATION_FAILED", { delegation_id: id, target_id: targetId, error });
}

/** Sets a delegation to `queued`, whose message is queued because the target is busy. */
export function queueDelegation(state: PlatformState, { id, sourceId, targetId }: Delegation): void {
  updateDelegateRow(state, sourceId, id, "queued");
  appendResultRow(state, sourceId, {
    summary: "Delegation queued — target at capacity",
    status: "queued",
    target_id: targetId,
    response_body: { queued: true, delegation_id: id },
  });
  emitEvent(state, sourceId, "DELEGATION_STATUS", {
    delegation_id: id,
    target_id: targetId,
    status: "queued",
  });
}

/**
 * Adds the response to a queued message to its delegation, if it has one. Only the row of the result changes; the row
 * of the delegation stays `queued`.
 */
export function completeQueuedDelegation(
  state: PlatformState,
  { from, targetId, request }: QueuedMessage,
  response: string,
): void {
  const { metadata } = getMessage(request);
  const id = isObject(metadata) ? metadata.delegation_id : undefined;
  const row = state.activities.findLast(
    (each) =>
      each.workspace_id === from &&
      each.method === "delegate_result" &&
      each.status === "queued" &&
      getDelegationId(each) === id,
  );
  if (from === null || typeof id !== "string" || row === undefined || !state.process.hasDatabase) return;
  const text = getReplyText(response);
  if (isStorable(state, text)) Object.assign(row, toResultFields(id, text));
  emitComplete(state, from, { delegation_id: id, target_id: targetId }, text);
}

/** Records the result that an agent states for a delegation of its own. */
export function recordResult(
  state: PlatformState,
  sourceId: string,
  delegationId: string,
  text: string,
): void {
  if (isStorable(state, text)) appendResultRow(state, sourceId, toResultFields(delegationId, text));
  emitComplete(state, sourceId, { delegation_id: delegationId }, text);
}

/** Whether the database takes the row of a result: neither a NUL, nor a summary that ends within a character. */
function isStorable({ differences }: PlatformState, text: string): boolean {
  return (
    !differences.losesUnstorableResults || !(hasNul(text) || isTruncatedWithinCharacter(text, SUMMARY_BYTES))
  );
}

/** The fields of a row with a result. */
function toResultFields(delegationId: string, text: string) {
  return {
    summary: `Delegation completed (${truncate(text, SUMMARY_BYTES)})`,
    status: "completed",
    response_body: { text, delegation_id: delegationId },
  };
}

function emitComplete(state: PlatformState, sourceId: string, ids: object, text: string): void {
  const response_preview = truncate(text, EVENT_PREVIEW_BYTES);
  emitEvent(state, sourceId, "DELEGATION_COMPLETE", { ...ids, response_preview });
}

/**
 * The result in a JSON-RPC response: the first text of a part with `kind: "text"`, first among the parts of the
 * result, then among those of its artifacts. Without one, the whole response.
 */
function getReplyText(response: string): string {
  const body = parseJson(response);
  const result = isObject(body) && isObject(body.result) ? body.result : {};
  for (const holder of [result, ...toArray(result.artifacts)]) {
    const parts = isObject(holder) ? toArray(holder.parts) : [];
    for (const part of parts) {
      if (isObject(part) && part.kind === "text" && typeof part.text === "string") return part.text;
    }
  }
  return response;
}

const toArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
