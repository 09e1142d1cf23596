import { randomUUID } from "node:crypto";
import { cut } from "../activity/cut";
import { passOn } from "../agents/pass-on";
import { delegationIdOf, type Handover, rowWithKey, writeDelegateRow } from "../delegations/rows";
import { runDelegation } from "../delegations/run";
import { tell } from "../events";
import { type JsonObject, parseJson } from "../json";
import { hasShape, isText } from "../registry/shape";
import type { PlatformState } from "../state";
import { isUuid } from "../uuid";
import type { RouteContext } from "./env";

interface WireDelegation {
  target_id?: string | null;
  task?: string | null;
  idempotency_key?: string | null;
}

/** Takes work for a peer over and answers at once. Whether the peer can be reached shows later, in the rows. */
export function delegate(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/delegate">): Response => {
    const sourceId = c.req.param("id").toLowerCase();
    const body = parseJson(c.env.body.toString());
    if (!isWireDelegation(body) || !body.target_id || !body.task) {
      return c.json({ error: "invalid delegation request" }, 400);
    }
    const { target_id: targetId, task, idempotency_key: key } = body;
    if (!isUuid(targetId)) return c.json({ error: "target_id must be a valid UUID" }, 400);
    if (targetId.toLowerCase() === sourceId) return c.json({ error: "self-delegation not permitted" }, 400);

    const known = rowWithKey(state, sourceId, key ?? "");
    if (known !== undefined) {
      const { status, target_id } = known;
      return c.json({ delegation_id: delegationIdOf(known), status, target_id, idempotent_hit: true });
    }
    const work: Handover = { id: randomUUID(), sourceId, targetId, task, key: key ?? "" };
    const isTracked = writeDelegateRow(state, work, "pending") !== undefined;
    tellSent(state, work);
    const request = Buffer.from(JSON.stringify(requestFor(work)));
    void runDelegation(state, work, () => passOn(state, sourceId, targetId, request));
    const warning = "delegation dispatched but status tracking unavailable";
    return c.json(
      { delegation_id: work.id, status: "delegated", target_id: targetId, ...(!isTracked && { warning }) },
      202,
    );
  };
}

export function tellSent(state: PlatformState, { id, sourceId, targetId, task }: Handover): void {
  const task_preview = cut(task, 100);
  tell(state, sourceId, "DELEGATION_SENT", { delegation_id: id, target_id: targetId, task_preview });
}

/** The message as the platform writes it: its parts say `type`, not `kind`. */
function requestFor({ id, task }: Handover): JsonObject {
  const message = {
    role: "user",
    messageId: id,
    parts: [{ type: "text", text: task }],
    metadata: { delegation_id: id },
  };
  return { method: "message/send", params: { message } };
}

function isWireDelegation(body: unknown): body is WireDelegation {
  return hasShape(body, { target_id: isText, task: isText, idempotency_key: isText });
}
