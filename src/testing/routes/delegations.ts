import { randomUUID } from "node:crypto";
import { setImmediate, setTimeout } from "node:timers/promises";
import { proxyRequest } from "../agents/proxy";
import { listDelegationRows } from "../delegations/list";
import { recordResult } from "../delegations/outcome";
import {
  appendDelegateRow,
  type Delegation,
  findByIdempotencyKey,
  getDelegationId,
  updateDelegateRow,
} from "../delegations/rows";
import { runDelegation } from "../delegations/run";
import { hasShape, isText, type JsonObject, parseJson } from "../json";
import type { PlatformState } from "../model/state";
import { emitEvent } from "../store";
import { hasNul, isUuid, truncate } from "../text";
import type { RouteContext } from "./context";

const EVENT_PREVIEW_BYTES = 100;
const INVALID_TARGET = "target_id must be a valid UUID";

interface WireDelegation {
  target_id?: string | null;
  task?: string | null;
  idempotency_key?: string | null;
}

/** Accepts a task for a peer and answers at once; the rows show later whether the peer was reached. */
export function delegate(state: PlatformState) {
  return async (c: RouteContext<"/workspaces/:id/delegate">): Promise<Response> => {
    const sourceId = c.req.param("id").toLowerCase();
    const body = parseJson(c.env.body.toString());
    if (!isWireDelegation(body) || !body.target_id || !body.task) {
      return c.json({ error: "invalid delegation request" }, 400);
    }
    const { target_id: targetId, task } = body;
    const idempotencyKey = body.idempotency_key ?? "";
    if (!isUuid(targetId.replace(URN, ""))) return c.json({ error: INVALID_TARGET }, 400);
    if (targetId === sourceId) return c.json({ error: "self-delegation not permitted" }, 400);

    const delegation: Delegation = { id: randomUUID(), sourceId, targetId, task, idempotencyKey };
    const isGone = state.differences.runsUnstoredDelegations && (await disconnectsEarly(c));
    const known = findByIdempotencyKey(state, sourceId, idempotencyKey);
    if (known !== undefined) {
      const { status, target_id } = known;
      return c.json({ delegation_id: getDelegationId(known), status, target_id, idempotent_hit: true });
    }
    // The database refuses the row of a target or a text that it cannot store.
    const isTracked =
      !isGone &&
      isUuid(targetId) &&
      !hasNul([task, idempotencyKey]) &&
      appendDelegateRow(state, delegation, "pending") !== undefined;
    emitSent(state, delegation);
    const request = Buffer.from(JSON.stringify(toRequest(delegation)));
    void runDelegation(state, delegation, () => proxyRequest(state, sourceId, targetId, request));
    const warning = "delegation dispatched but status tracking unavailable";
    return c.json(
      {
        delegation_id: delegation.id,
        status: "delegated",
        target_id: targetId,
        ...(!isTracked && { warning }),
      },
      202,
    );
  };
}

const URN = /^urn:uuid:/i;
const STORING_MS = 10;

/** Waits as long as the platform needs to store a row, and says whether the caller has disconnected by then. */
async function disconnectsEarly(c: RouteContext): Promise<boolean> {
  await setTimeout(STORING_MS);
  // After a long turn of the event loop, what arrived meanwhile is read only now.
  await setImmediate();
  await setImmediate();
  return c.env.isDisconnected();
}

export function listDelegations(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/delegations">): Response =>
    c.json(listDelegationRows(state, c.req.param("id")));
}

interface WireRecord {
  target_id?: string | null;
  task?: string | null;
  delegation_id?: string | null;
}

/** Records a delegation that an agent dispatched itself. A repeated request adds a second row. */
export function recordDelegation(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/delegations/record">): Response => {
    const body = parseJson(c.env.body.toString());
    if (!isWireRecord(body) || !body.target_id || !body.task || !body.delegation_id) {
      return c.json({ error: "invalid request body" }, 400);
    }
    const { target_id: targetId, task, delegation_id: id } = body;
    if (!isUuid(targetId)) return c.json({ error: INVALID_TARGET }, 400);
    const sourceId = c.req.param("id").toLowerCase();
    const delegation = { id, sourceId, targetId, task, idempotencyKey: "" };
    if (appendDelegateRow(state, delegation, "dispatched") === undefined) {
      return c.json({ error: "failed to record delegation" }, 500);
    }
    emitSent(state, delegation);
    return c.json({ delegation_id: id, status: "recorded" }, 202);
  };
}

interface WireUpdate {
  status?: string | null;
  error?: string | null;
  response_preview?: string | null;
}

/** Records the outcome of a delegation. An unknown delegation is accepted, and its result stored too. */
export function updateDelegation(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/delegations/:delegation_id/update">): Response => {
    const body = parseJson(c.env.body.toString());
    if (!isWireUpdate(body) || !body.status) return c.json({ error: "invalid request body" }, 400);
    const { status } = body;
    if (status !== "completed" && status !== "failed") {
      return c.json({ error: "status must be 'completed' or 'failed'" }, 400);
    }
    const id = c.req.param("delegation_id");
    const sourceId = c.req.param("id").toLowerCase();
    const error = body.error ?? "";
    updateDelegateRow(state, sourceId, id, status, error);
    if (status === "failed") emitEvent(state, sourceId, "DELEGATION_FAILED", { delegation_id: id, error });
    else recordResult(state, sourceId, id, body.response_preview ?? "");
    return c.json({ status, delegation_id: id });
  };
}

function emitSent(state: PlatformState, { id, sourceId, targetId, task }: Delegation): void {
  const task_preview = truncate(task, EVENT_PREVIEW_BYTES);
  emitEvent(state, sourceId, "DELEGATION_SENT", { delegation_id: id, target_id: targetId, task_preview });
}

/** The message for a delegation. As on the platform, its parts have `type` instead of `kind`. */
function toRequest({ id, task }: Delegation): JsonObject {
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

function isWireRecord(body: unknown): body is WireRecord {
  return hasShape(body, { target_id: isText, task: isText, delegation_id: isText });
}

function isWireUpdate(body: unknown): body is WireUpdate {
  return hasShape(body, { status: isText, error: isText, response_preview: isText });
}
