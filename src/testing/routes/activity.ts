import { logActivity } from "../activity/log";
import { queryActivity } from "../activity/query";
import { hasShape, isInteger, isText, type JsonObject, parseJson, stringifyJson } from "../json";
import type { Activity } from "../model/activity";
import type { PlatformState } from "../model/state";
import type { RouteContext } from "./context";

/** The activity of a workspace, which is also the inbox of an agent in poll mode. */
export function listActivities(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/activity">): Response => {
    const found = queryActivity(state, c.req.param("id"), c.req.query());
    if (!Array.isArray(found)) return c.json({ error: found.error }, found.status);
    const type = { "Content-Type": "application/json; charset=utf-8" };
    return c.body(stringifyJson(found.map(toWireRow)), 200, type);
  };
}

function toWireRow({ idempotency_key: _, ...row }: Activity): JsonObject {
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

/** Appends a row that an agent reports about itself. */
export function reportActivity(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/activity">): Response => {
    const id = c.req.param("id").toLowerCase();
    const report = parseJson(c.env.body.toString());
    if (!isWireActivity(report) || !report.activity_type)
      return c.json({ error: "invalid request body" }, 400);
    if (!TYPES.includes(report.activity_type)) {
      return c.json({ error: `invalid activity_type, must be one of: ${TYPES.join(", ")}` }, 400);
    }
    if (report.source_id && report.source_id.toLowerCase() !== id) {
      return c.json({ error: "source_id must match authenticated workspace" }, 403);
    }
    const requestBody = report.request_body ?? report.metadata ?? undefined;
    const responseBody = report.response_body ?? undefined;
    logActivity(state, {
      workspace_id: id,
      activity_type: report.activity_type,
      source_id: id,
      target_id: report.target_id || null,
      method: report.method || null,
      summary: report.summary || null,
      duration_ms: report.duration_ms ?? null,
      status: report.status || "ok",
      error_detail: report.error_detail || null,
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
