import { randomUUID } from "node:crypto";
import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import { messageOf } from "./incoming-message";

/** A message that waits until its target has time. */
export interface QueuedMessage {
  readonly id: string;
  readonly targetId: string;
  /** From `params.message.messageId`: the same message waits once. */
  readonly messageId: unknown;
  readonly from: string | null;
  readonly request: JsonObject;
  attempts: number;
  /** On its way to the agent right now; still there, so that the same message is not queued beside it. */
  isDispatched: boolean;
}

/** Queues a message, unless the same one waits already, and returns the body of the 202. */
export function enqueue(
  state: PlatformState,
  targetId: string,
  from: string | null,
  request: JsonObject,
): JsonObject {
  const { messageId } = messageOf(request);
  const items = state.queue.filter((item) => item.targetId === targetId);
  let item = items.find((other) => typeof messageId === "string" && other.messageId === messageId);
  if (item === undefined) {
    item = { id: randomUUID(), targetId, messageId, from, request, attempts: 0, isDispatched: false };
    state.queue.push(item);
    items.push(item);
  }
  return {
    queued: true,
    queue_id: item.id,
    queue_depth: items.filter(({ isDispatched }) => !isDispatched).length,
    message: "workspace agent busy — message queued until it has capacity",
  };
}

/** The oldest message that waits for the target. */
export function nextFor(state: PlatformState, targetId: string): QueuedMessage | undefined {
  return state.queue.find((item) => item.targetId === targetId && !item.isDispatched);
}

export function drop(state: PlatformState, item: QueuedMessage): void {
  const place = state.queue.indexOf(item);
  if (place >= 0) state.queue.splice(place, 1);
}
