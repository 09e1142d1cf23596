import { randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../json";
import { isInteger } from "../registry/shape";
import type { PlatformState } from "../state";
import { messageOf } from "./incoming-message";

/** A message that waits until its target has time, and what became of it. */
export interface QueuedMessage {
  readonly id: string;
  readonly targetId: string;
  /** From `params.message.messageId`: the same message waits once. */
  readonly messageId: unknown;
  readonly from: string | null;
  readonly request: JsonObject;
  readonly enqueuedAt: string;
  /** When it loses its point, by the platform's clock; null for one that waits as long as it takes. */
  readonly expiresAt: number | null;
  /** One that is on its way is still there, so that the same message is not queued beside it. */
  status: "queued" | "dispatched" | "completed" | "failed";
  attempts: number;
  dispatchedAt: string | null;
  completedAt: string | null;
  lastError: string | null;
  /** What the agent answered in the end. */
  response?: unknown;
}

/** Queues a message, unless the same one waits already, and returns the body of the 202. */
export function enqueue(
  state: PlatformState,
  targetId: string,
  from: string | null,
  request: JsonObject,
): JsonObject {
  const { messageId } = messageOf(request);
  const waiting = state.queue.filter((item) => item.targetId === targetId && isWaiting(item));
  let item = waiting.find((other) => typeof messageId === "string" && other.messageId === messageId);
  if (item === undefined) {
    item = {
      id: randomUUID(),
      targetId,
      messageId,
      from,
      request,
      enqueuedAt: state.timestamp(),
      expiresAt: expiryOf(state, request),
      status: "queued",
      attempts: 0,
      dispatchedAt: null,
      completedAt: null,
      lastError: null,
    };
    state.queue.push(item);
    waiting.push(item);
  }
  return {
    queued: true,
    queue_id: item.id,
    queue_depth: waiting.filter(({ status }) => status === "queued").length,
    message: "workspace agent busy — message queued until it has capacity",
  };
}

function isWaiting({ status }: QueuedMessage): boolean {
  return status === "queued" || status === "dispatched";
}

/** The earlier version knows no expiry. */
function expiryOf(state: PlatformState, { params }: JsonObject): number | null {
  const seconds = isObject(params) ? params.expires_in_seconds : undefined;
  if (state.version === "2026-04" || !isInteger(seconds)) return null;
  return Number(seconds) > 0 ? state.clock.now() + Number(seconds) * 1000 : null;
}

/** The oldest message that waits for the target and still has a point. */
export function nextFor(state: PlatformState, targetId: string): QueuedMessage | undefined {
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

const MOST_ATTEMPTS = 5;

/** It waits again, unless that was its last attempt. */
export function markMissed(item: QueuedMessage, reason: string): void {
  item.status = item.attempts < MOST_ATTEMPTS ? "queued" : "failed";
  item.lastError = reason;
}
