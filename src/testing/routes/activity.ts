import { type Activity, writeActivity } from "../activity/activity";
import { queryActivities } from "../activity/query";
import { type JsonObject, parseJson } from "../json";
import { hasShape, isInteger, isText } from "../registry/shape";
import type { PlatformState } from "../state";
import type { RouteContext } from "./env";

/** What a workspace did and what was done to it; also the inbox of an agent that polls. */
export function listActivities(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/activity">): Response => {
    const found = queryActivities(state, c.req.param("id"), c.req.query());
    if (!Array.isArray(found)) return c.json({ error: found.error }, found.status);
    return c.json(found.map(viewOf));
  };
}

function viewOf({ idempotency_key: _, ...row }: Activity): JsonObject {
  return row;
}

const TYPES = [
  "a2a_send",
  "a2a_receive",
  "task_update",
  "agent_log",
  "skill_promotion",
  "memory_write",
  "error",
];

interface WireActivity {
  activity_type?: string | null;
  method?: string | null;
  summary?: string | null;
  target_id?: string | null;
  source_id?: string | null;
  status?: string | null;
  error_detail?: string | null;
  duration_ms?: number | null;
  request_body?: unknown;
  response_body?: unknown;
  metadata?: unknown;
}

/** Writes down what an agent says of itself. */
export function reportActivity(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/activity">): Response => {
    const id = c.req.param("id").toLowerCase();
    const said = parseJson(c.env.body.toString());
    if (!isWireActivity(said) || !said.activity_type) return c.json({ error: "invalid request body" }, 400);
    if (!TYPES.includes(said.activity_type)) {
      return c.json({ error: `invalid activity_type, must be one of: ${TYPES.join(", ")}` }, 400);
    }
    if (said.source_id && said.source_id.toLowerCase() !== id) {
      return c.json({ error: "source_id must match authenticated workspace" }, 403);
    }
    const requestBody = said.request_body ?? said.metadata ?? undefined;
    const responseBody = said.response_body ?? undefined;
    writeActivity(state, {
      workspace_id: id,
      activity_type: said.activity_type,
      source_id: id,
      target_id: said.target_id || null,
      method: said.method || null,
      summary: said.summary || null,
      duration_ms: said.duration_ms ?? null,
      status: said.status || "ok",
      error_detail: said.error_detail || null,
      ...(requestBody !== undefined && { request_body: requestBody }),
      ...(responseBody !== undefined && { response_body: responseBody }),
    });
    return c.json({ status: "logged" });
  };
}

function isWireActivity(body: unknown): body is WireActivity {
  return hasShape(body, {
    activity_type: isText,
    method: isText,
    summary: isText,
    target_id: isText,
    source_id: isText,
    status: isText,
    error_detail: isText,
    duration_ms: isInteger,
  });
}
