import type { A2AClient } from "../client/client";
import type { InboxMessage } from "../inbox/message";
import { formatContent } from "../messaging/content-text";
import { sanitizeName } from "../text/sanitize";

/** A message from the inbox as hosts and models are shown it. All of it but the ids and the time is untrusted. */
export interface InboundFields {
  /** Which platform it came by. */
  source: "molecule";
  /** `canvas_user` for the human, `peer_agent` for another agent. */
  kind: "canvas_user" | "peer_agent";
  /** `""` for the human. */
  peer_id: string;
  /** Absent while it is not known: it is never waited for. */
  peer_name?: string;
  /** Absent while it is not known. */
  peer_role?: string;
  /** URL of the peer's record on the platform; absent for the human. */
  agent_card_url?: string;
  /** What `inbox_pop` takes. */
  activity_id: string;
  /** When the platform got it, as an ISO 8601 time. */
  ts: string;
  /** How often it has been handed over, from the second time on: an earlier turn may have handled it. */
  attempt?: number;
  /** True for a message that was set aside: it was handed over too often without being popped, and does not come again. */
  set_aside?: true;
  /** The text, with data and files below it. */
  text: string;
}

/** The fields of a message, with its data and files below its text. */
export function toInboundFields(
  client: Pick<A2AClient, "agentCardUrl">,
  { id, from, receivedAt, attempt, text, files, data }: InboxMessage,
): InboundFields {
  return {
    source: "molecule",
    ...(from.kind === "human" ? { kind: "canvas_user", peer_id: "" } : peerFields(client, from)),
    activity_id: id,
    ts: receivedAt.toISOString(),
    ...(attempt > 1 ? { attempt } : {}),
    text: formatContent({ text, files, data }),
  };
}

function peerFields(
  client: Pick<A2AClient, "agentCardUrl">,
  { id, name = "", role = "" }: Extract<InboxMessage["from"], { kind: "peer" }>,
) {
  const names = { peer_name: sanitizeName(name), peer_role: sanitizeName(role) };
  const known = Object.fromEntries(Object.entries(names).filter(([, text]) => text !== ""));
  return { kind: "peer_agent" as const, peer_id: id, ...known, agent_card_url: client.agentCardUrl(id) };
}

/** A message as text for a model: its fields as JSON, so that no text in it can pass for another field. */
export function formatInboundMessage(client: Pick<A2AClient, "agentCardUrl">, message: InboxMessage): string {
  return JSON.stringify(toInboundFields(client, message), null, 2);
}
