import { writeActivity } from "../activity/activity";
import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Workspace } from "../workspace";
import { incomingMessage } from "./incoming-message";

/** Leaves a message for an agent that fetches its messages itself, and returns what the sender is told. */
export function leaveInInbox(
  state: PlatformState,
  target: Workspace,
  from: string | null,
  request: JsonObject,
): JsonObject {
  const method = typeof request.method === "string" ? request.method : "";
  writeActivity(state, {
    workspace_id: target.id,
    activity_type: "a2a_receive",
    source_id: from,
    target_id: target.id,
    method,
    summary: `${method} → ${target.name} (queued for poll)`,
    request_body: request,
  });
  target.received.push(incomingMessage(from, request));
  return { status: "queued", delivery_mode: "poll", method };
}
