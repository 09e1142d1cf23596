import { enqueue } from "../agents/message-queue";
import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Workspace } from "../workspace";
import { json } from "./answer";

/**
 * An agent that fell silent over a message is taken for busy: the message waits for it. One with a session of its
 * own keeps its messages in order itself, so nothing is queued for it.
 */
export function busy(
  state: PlatformState,
  target: Workspace,
  from: string | null,
  request: JsonObject,
): Response {
  if (target.capabilities.session !== true) return json(202, enqueue(state, target.id, from, request));
  const error = "workspace agent busy — it handles its own session, retry later";
  const body = { error, busy: true, retry_after: 30, native_session: true };
  return json(503, body, { "Retry-After": "30" });
}
