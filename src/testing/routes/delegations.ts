import { cut } from "../activity/cut";
import { resultOf } from "../delegations/outcome";
import { moveDelegateRow, writeDelegateRow, writeResultRow } from "../delegations/rows";
import { delegationRows } from "../delegations/view";
import { tell } from "../events";
import { parseJson } from "../json";
import { hasShape, isText } from "../registry/shape";
import type { PlatformState } from "../state";
import { isUuid } from "../uuid";
import { tellSent } from "./delegate";
import type { RouteContext } from "./env";

export function listDelegations(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/delegations">): Response =>
    c.json(delegationRows(state, c.req.param("id")));
}

interface WireRecord {
  target_id?: string | null;
  task?: string | null;
  delegation_id?: string | null;
}

/** Notes work that an agent handed out itself. Said twice, it is there twice. */
export function recordDelegation(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/delegations/record">): Response => {
    const body = parseJson(c.env.body.toString());
    if (!isWireRecord(body) || !body.target_id || !body.task || !body.delegation_id) {
      return c.json({ error: "invalid request body" }, 400);
    }
    const { target_id: targetId, task, delegation_id: id } = body;
    if (!isUuid(targetId)) return c.json({ error: "target_id must be a valid UUID" }, 400);
    const work = { id, sourceId: c.req.param("id").toLowerCase(), targetId, task, key: "" };
    if (writeDelegateRow(state, work, "dispatched") === undefined) {
      return c.json({ error: "failed to record delegation" }, 500);
    }
    tellSent(state, work);
    return c.json({ delegation_id: id, status: "recorded" }, 202);
  };
}

interface WireUpdate {
  status?: string | null;
  error?: string | null;
  response_preview?: string | null;
}

/** Notes how it ended. An unknown delegation is not refused; a result is written down all the same. */
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
    const text = body.response_preview ?? "";
    moveDelegateRow(state, sourceId, id, status, error);
    if (status === "failed") tell(state, sourceId, "DELEGATION_FAILED", { delegation_id: id, error });
    else {
      writeResultRow(state, sourceId, resultOf(id, text));
      const response_preview = cut(text, 200);
      tell(state, sourceId, "DELEGATION_COMPLETE", { delegation_id: id, response_preview });
    }
    return c.json({ status, delegation_id: id });
  };
}

function isWireRecord(body: unknown): body is WireRecord {
  return hasShape(body, { target_id: isText, task: isText, delegation_id: isText });
}

function isWireUpdate(body: unknown): body is WireUpdate {
  return hasShape(body, { status: isText, error: isText, response_preview: isText });
}
