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
}

/** Queues a message, unless the same one waits already, and returns the body of the 202. */
export function enqueue(
  state: PlatformState,
  targetId: string,
  from: string | null,
  request: JsonObject,
): JsonObject {
  const { messageId } = messageOf(request);
  const waiting = state.queue.filter((item) => item.targetId === targetId);
  let item = waiting.find((other) => typeof messageId === "string" && other.messageId === messageId);
  if (item === undefined) {
    item = { id: randomUUID(), targetId, messageId, from, request };
    state.queue.push(item);
    waiting.push(item);
  }
  return {
    queued: true,
    queue_id: item.id,
    queue_depth: waiting.length,
    message: "workspace agent busy — message queued until it has capacity",
  };
}
