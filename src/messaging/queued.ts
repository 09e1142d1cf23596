import type { JsonRecord } from "../text/json";
import type { Outcome } from "./outcome";

/** True for the body of a response that says that the platform keeps the message. */
export function isQueued(body: JsonRecord): boolean {
  return body.queued === true || (body.status === "queued" && typeof body.delivery_mode === "string");
}

/** The outcome of a message that the platform keeps for `peer`. */
export function queuedOutcome(body: JsonRecord, peer: string): Outcome {
  const text = body.delivery_mode === "poll" ? pollText(peer) : busyText(peer);
  const outcome: Outcome = { kind: "queued", text, raw: body };
  if (typeof body.queue_id === "string") outcome.queueId = body.queue_id;
  if (typeof body.queue_depth === "number") outcome.queueDepth = body.queue_depth;
  if (typeof body.delivery_mode === "string") outcome.deliveryMode = body.delivery_mode;
  return outcome;
}

/** The platform queues a message also when the agent took it and broke the connection, and then sends it again. */
const busyText = (peer: string): string =>
  `The message is stored for ${peer}, which is busy: it gets the message later, and may already have begun the task. No reply comes back on this call; do not send it again.`;

const pollText = (peer: string): string =>
  `The message is stored for ${peer}, which fetches its messages itself. Its answer comes as a message of its own to the inbox of this workspace, not on this call: receive it with an inbox of this package, or read the platform's activity of this workspace (GET /workspaces/<own id>/activity, type a2a_receive). Until then the task is under way; do not send it again.`;
