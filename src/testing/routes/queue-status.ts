import type { QueuedMessage } from "../agents/message-queue";
import { isOperator, showsTokenOf } from "../gates/auth";
import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { RouteContext } from "./env";

const PRIORITY = 50;

/** What became of a queued message. Only its sender and its target may know that it exists. */
export function queueStatus(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/a2a/queue/:queue_id">): Response => {
    const targetId = c.req.param("id").toLowerCase();
    const queueId = c.req.param("queue_id").toLowerCase();
    const item = state.queue.find(({ id }) => id === queueId);
    if (item?.targetId !== targetId || !mayKnow(state, item, c.req.header("authorization"))) {
      return c.json({ error: "queue item not found" }, 404);
    }
    return c.json(viewOf(state, item));
  };
}

function mayKnow(state: PlatformState, { from, targetId }: QueuedMessage, authorization?: string): boolean {
  return (
    isOperator(state, authorization) ||
    [from, targetId].some((id) => id !== null && showsTokenOf(state, id, authorization))
  );
}

function viewOf(state: PlatformState, item: QueuedMessage): JsonObject {
  const { expiresAt } = item;
  return {
    queue_id: item.id,
    workspace_id: item.targetId,
    status: item.status,
    priority: PRIORITY,
    attempts: item.attempts,
    ...(item.lastError !== null && { last_error: item.lastError }),
    enqueued_at: databaseTime(item.enqueuedAt),
    ...(item.dispatchedAt !== null && { dispatched_at: databaseTime(item.dispatchedAt) }),
    ...(item.completedAt !== null && { completed_at: databaseTime(item.completedAt) }),
    ...(expiresAt !== null && { expires_at: databaseTime(state.timestampAt(expiresAt)) }),
    ...(item.response !== undefined && { response_body: item.response }),
  };
}

/** This one route prints times as the database does. */
function databaseTime(timestamp: string): string {
  return timestamp.replace("T", " ").replace("Z", "+00");
}
