import { randomUUID } from "node:crypto";
import { isInteger, isObject, type JsonObject } from "../json";
import type { QueuedMessage } from "../model/message";
import type { PlatformState } from "../model/state";
import { getMessage } from "./message";

/** Queues a message, unless one with the same `messageId` is queued, and returns the body of the 202. */
export function enqueue(
  state: PlatformState,
  targetId: string,
  from: string | null,
  request: JsonObject,
): JsonObject {
  const { messageId } = getMessage(request);
  const open = state.queue.filter((item) => item.targetId === targetId && isOpen(item));
  let item = open.find((other) => typeof messageId === "string" && other.messageId === messageId);
  if (item === undefined) {
    item = {
      id: randomUUID(),
      targetId,
      messageId,
      from,
      request,
      enqueuedAt: state.timestamp(),
      expiresAt: getExpiry(state, request),
      status: "queued",
      attempts: 0,
      dispatchedAt: null,
      completedAt: null,
      lastError: null,
    };
    state.queue.push(item);
    open.push(item);
  }
  return {
    queued: true,
    queue_id: item.id,
    queue_depth: open.filter(({ status }) => status === "queued").length,
    message: "workspace agent busy — request queued, will dispatch when capacity available",
  };
}

function isOpen({ status }: QueuedMessage): boolean {
  return status === "queued" || status === "dispatched";
}

function getExpiry(state: PlatformState, { params }: JsonObject): number | null {
  const seconds = isObject(params) ? params.expires_in_seconds : undefined;
  if (!state.differences.hasQueueExpiry || !isInteger(seconds)) return null;
  return Number(seconds) > 0 ? state.clock.now() + Number(seconds) * 1000 : null;
}

/** The oldest queued message for a target that has not expired. */
export function findNextQueued(state: PlatformState, targetId: string): QueuedMessage | undefined {
  const now = state.clock.now();
  return state.queue.find(
    (item) =>
      item.targetId === targetId &&
      item.status === "queued" &&
      (item.expiresAt === null || now < item.expiresAt),
  );
}

export function markDispatched(state: PlatformState, item: QueuedMessage): void {
  item.status = "dispatched";
  item.attempts += 1;
  item.dispatchedAt = state.timestamp();
}

export function markCompleted(state: PlatformState, item: QueuedMessage, response?: unknown): void {
  item.status = "completed";
  item.completedAt = state.timestamp();
  if (response !== undefined) item.response = response;
}

const MAX_ATTEMPTS = 5;

/** Marks an attempt as failed: the message is queued again, or failed after its fifth attempt. */
export function markAttemptFailed(item: QueuedMessage, error: string): void {
  item.status = item.attempts < MAX_ATTEMPTS ? "queued" : "failed";
  item.lastError = error;
}
