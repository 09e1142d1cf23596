import type { JsonObject } from "../json";
import type { PlatformState } from "../state";
import type { Workspace } from "../workspace";
import { json } from "./answer";
import { enqueue } from "./message-queue";

const RETRY_SECONDS = 30;

interface Unanswered {
  readonly from: string | null;
  readonly request: JsonObject;
  /** The caller does not wait any more: what it asked is not queued either. */
  readonly isLate: boolean;
}

/**
 * An agent that fell silent over a message is taken for busy: the message waits for it. One with a session of its
 * own keeps its messages in order itself, so nothing is queued for it.
 */
export function busy(
  state: PlatformState,
  target: Workspace,
  { from, request, isLate }: Unanswered,
): Response {
  if (target.capabilities.session === true) {
    return refuse("workspace agent busy — it handles its own session, retry later", { native_session: true });
  }
  if (isLate) return refuse("workspace agent busy — retry later");
  return json(202, enqueue(state, target.id, from, request));
}

function refuse(error: string, more: JsonObject = {}): Response {
  const body = { error, busy: true, retry_after: RETRY_SECONDS, ...more };
  return json(503, body, { "Retry-After": String(RETRY_SECONDS) });
}
