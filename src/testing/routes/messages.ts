import { appendActivity } from "../activity/log";
import { proxyRequest } from "../agents/proxy";
import { jsonResponse } from "../agents/responses";
import { hasShape, isInteger, isText, type JsonObject, parseJson } from "../json";
import { CALLER_TOKEN, checkToken, getCallerId, hasAdminToken, hasTokenOf } from "../middleware/auth";
import type { QueuedMessage } from "../model/message";
import type { PlatformState } from "../model/state";
import type { NotifiedFile } from "../model/workspace";
import { emitEvent, findWorkspace } from "../store";
import { truncate } from "../text";
import type { RouteContext } from "./context";

/** Caller ids that only the platform itself uses. */
const RESERVED_CALLER = /^(webhook|system|test|channel):/;

/** Proxies a message to a workspace. */
export function sendMessage(state: PlatformState) {
  return async (c: RouteContext<"/workspaces/:id/a2a">): Promise<Response> => {
    c.set("hasOwnType", true);
    const callerId = getCallerId(c) || null;
    const targetId = c.req.param("id");
    const refusal = callerId === null ? undefined : authenticateCaller(state, c, callerId, targetId);
    if (refusal !== undefined) return refusal;
    const deadline = parseDeadline(state, c.req.header("x-timeout"));
    return proxyRequest(state, callerId, targetId, c.env.body, deadline);
  };
}

/** Clock time of the deadline in `X-Timeout`, a whole number of seconds; null for 0 and for anything else. */
function parseDeadline(state: PlatformState, header = ""): number | null {
  const seconds = /^\d+$/.test(header) ? Number(header) : 0;
  return seconds === 0 ? null : state.clock.now() + seconds * 1000;
}

/** A caller that states its id needs its token, except for a message to itself. */
function authenticateCaller(
  state: PlatformState,
  c: RouteContext,
  callerId: string,
  targetId: string,
): Response | undefined {
  if (RESERVED_CALLER.test(callerId)) return jsonResponse(403, { error: "invalid caller ID" });
  if (callerId === targetId) return undefined;
  const error = checkToken(CALLER_TOKEN, state, callerId, c.req.header("authorization"));
  return error === undefined ? undefined : jsonResponse(401, { error });
}

const PRIORITY = 50;

/** The status of a queued message, for its sender, its target and the admin; a 404 for everybody else. */
export function getQueueStatus(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/a2a/queue/:queue_id">): Response => {
    const targetId = c.req.param("id").toLowerCase();
    const queueId = c.req.param("queue_id").toLowerCase();
    const item = state.queue.find(({ id }) => id === queueId);
    if (item?.targetId !== targetId || !mayRead(state, item, c.req.header("authorization"))) {
      return c.json({ error: "queue item not found" }, 404);
    }
    return c.json(toQueueRow(state, item));
  };
}

function mayRead(state: PlatformState, { from, targetId }: QueuedMessage, authorization?: string): boolean {
  return (
    hasAdminToken(state, authorization) ||
    [from, targetId].some((id) => id !== null && hasTokenOf(state, id, authorization))
  );
}

function toQueueRow(state: PlatformState, item: QueuedMessage): JsonObject {
  const { expiresAt } = item;
  return {
    queue_id: item.id,
    workspace_id: item.targetId,
    status: item.status,
    priority: PRIORITY,
    attempts: item.attempts,
    ...(item.lastError !== null && { last_error: item.lastError }),
    enqueued_at: toPostgresTime(item.enqueuedAt),
    ...(item.dispatchedAt !== null && { dispatched_at: toPostgresTime(item.dispatchedAt) }),
    ...(item.completedAt !== null && { completed_at: toPostgresTime(item.completedAt) }),
    ...(expiresAt !== null && { expires_at: toPostgresTime(state.timestampAt(expiresAt)) }),
    ...(item.response !== undefined && { response_body: item.response }),
  };
}

/** Only this route prints times in the format of the database. */
function toPostgresTime(timestamp: string): string {
  return timestamp.replace("T", " ").replace("Z", "+00");
}

const SUMMARY_BYTES = 80;

interface WireNotification {
  message?: string | null;
  attachments?: NotifiedFile[] | null;
}

/** Sends a message of an agent to its human. It also becomes a row of the agent's activity, as if it were received. */
export function notifyHuman(state: PlatformState) {
  return (c: RouteContext<"/workspaces/:id/notify">): Response => {
    const body = parseJson(c.env.body.toString());
    if (!isWireNotification(body) || !body.message) return c.json({ error: "message is required" }, 400);
    const { message } = body;
    const attachments = body.attachments ?? [];
    const invalid = attachments.findIndex(({ uri, name }) => !uri || !name);
    if (invalid >= 0) return c.json({ error: `attachment[${invalid}]: uri and name are required` }, 400);
    const workspace = findWorkspace(state, c.req.param("id"));
    if (workspace === undefined || workspace.status === "removed") {
      return c.json({ error: "workspace not found" }, 404);
    }
    const { id, name } = workspace;
    emitEvent(state, id, "AGENT_MESSAGE", {
      message,
      workspace_id: id,
      name,
      ...(attachments.length > 0 && { attachments }),
    });
    appendActivity(state, {
      workspace_id: id,
      activity_type: "a2a_receive",
      method: "notify",
      summary: `Agent message: ${truncate(message, SUMMARY_BYTES)}`,
      response_body: {
        result: message,
        ...(attachments.length > 0 && { parts: attachments.map((file) => ({ kind: "file", file })) }),
      },
    });
    workspace.notifications.push(message);
    workspace.attachments.push(attachments);
    return c.json({ status: "sent" });
  };
}

function isWireNotification(body: unknown): body is WireNotification {
  return hasShape(body, { message: isText, attachments: isAttachments });
}

function isAttachments(value: unknown): boolean {
  const shape = { uri: isText, name: isText, mimeType: isText, size: isInteger };
  return Array.isArray(value) && value.every((each) => hasShape(each, shape));
}
