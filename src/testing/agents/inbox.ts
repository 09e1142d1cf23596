import { randomUUID } from "node:crypto";
import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Workspace } from "../workspace";
import { incomingMessage } from "./incoming-message";

/** One row of a workspace's activity, as its agent reads it. */
export interface Activity {
  readonly id: string;
  readonly workspace_id: string;
  readonly activity_type: string;
  readonly source_id: string | null;
  readonly target_id: string | null;
  readonly method: string | null;
  readonly summary: string | null;
  readonly duration_ms: number | null;
  readonly status: string;
  readonly error_detail: string | null;
  readonly created_at: string;
  readonly request_body?: unknown;
}

/** Leaves a message for an agent that fetches its messages itself, and returns what the sender is told. */
export function leaveInInbox(
  state: PlatformState,
  target: Workspace,
  from: string | null,
  request: JsonObject,
): JsonObject {
  const method = typeof request.method === "string" ? request.method : "";
  state.activities.push({
    id: randomUUID(),
    workspace_id: target.id,
    activity_type: "a2a_receive",
    source_id: from,
    target_id: target.id,
    method,
    summary: `${method} → ${target.name} (queued for poll)`,
    duration_ms: null,
    status: "ok",
    error_detail: null,
    created_at: state.timestamp(),
    request_body: request,
  });
  target.received.push(incomingMessage(from, request));
  return { status: "queued", delivery_mode: "poll", method };
}
