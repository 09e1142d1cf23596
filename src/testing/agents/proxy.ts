import { INBOX_SUFFIX, logExchange, logReceived } from "../activity/received";
import type { JsonObject } from "../json";
import type { PlatformState } from "../model/state";
import type { Agent, Workspace } from "../model/workspace";
import { canAccess } from "../rules/access";
import { isRoutable, resolveAgent } from "../rules/agent";
import { resumeHibernated } from "../rules/provisioning";
import { findWorkspace } from "../store";
import { isUuid } from "../text";
import { dispatch } from "./dispatch";
import { getMethod, parseRequest, toIncomingMessage } from "./message";
import { enqueue } from "./queue";
import { jsonResponse, toProxyResponse } from "./responses";

const MAX_REQUEST_BYTES = 2 ** 20;
const BUSY_RETRY_SECONDS = 30;
const RESUMING_RETRY_SECONDS = 15;

/**
 * Proxies a request of an authenticated caller (null is a human) to the agent of a workspace: a message, or a
 * delegation. `deadline` is the clock time in milliseconds until which the caller waits. The order of the checks is
 * part of the contract.
 */
export async function proxyRequest(
  state: PlatformState,
  callerId: string | null,
  targetId: string,
  body: Buffer,
  deadline: number | null = null,
): Promise<Response> {
  if (callerId !== null && !canAccess(state, callerId, targetId)) {
    return jsonResponse(403, { error: "access denied: workspaces cannot communicate per hierarchy rules" });
  }
  // The database rejects such an id.
  if (!isUuid(targetId)) return jsonResponse(500, { error: "lookup failed" });
  const target = findWorkspace(state, targetId);
  if (target === undefined) return jsonResponse(404, { error: "workspace not found" });
  if (isOverBudget(target)) return jsonResponse(402, { error: "workspace budget limit exceeded" });
  // A longer body is truncated without an error, and then is not JSON.
  const request = parseRequest(body.subarray(0, MAX_REQUEST_BYTES).toString());
  if (request === undefined && state.differences.parsesMessageFirst) return invalidJson();
  if (request !== undefined && target.deliveryMode === "poll" && state.differences.hasDeliveryModes) {
    recordOutbound(state, callerId);
    return jsonResponse(200, appendToInbox(state, target, callerId, request));
  }
  const agent = findAgent(state, target);
  if (agent instanceof Response) return agent;
  if (request === undefined) return invalidJson();

  recordOutbound(state, callerId);
  const startedAt = state.clock.now();
  // A defect of the platform: a deadline does not end the dispatch, it only removes the maximum duration.
  const hasMaxDuration = callerId !== null && deadline === null;
  const response = await dispatch(state, target, agent, { from: callerId, request, hasMaxDuration });
  const durationMs = state.clock.now() - startedAt;
  logExchange(state, { target, from: callerId, request, response, durationMs });
  const isPastDeadline = deadline !== null && state.clock.now() >= deadline;
  return toProxyResponse(response, () =>
    respondBusy(state, target, { from: callerId, request, isPastDeadline }),
  );
}

/** The agent to dispatch to, or the response where there is none. */
function findAgent(state: PlatformState, target: Workspace): Agent | Response {
  if (target.status === "hibernated") {
    if (state.differences.wakesHibernated) resumeHibernated(state, target);
    const error = "workspace is waking from hibernation — retry in a moment";
    const retryAfter = RESUMING_RETRY_SECONDS;
    return refuseForNow({ error, waking: true, retry_after: retryAfter }, retryAfter);
  }
  const agent = resolveAgent(state, target);
  if (agent === undefined) {
    return jsonResponse(503, { error: "workspace has no URL", status: target.status });
  }
  return isRoutable(state, target, agent)
    ? agent
    : jsonResponse(502, { error: "workspace URL is not publicly routable" });
}

/** Appends a message to the inbox of a workspace in poll mode, and returns the body of the response. */
function appendToInbox(
  state: PlatformState,
  target: Workspace,
  from: string | null,
  request: JsonObject,
): JsonObject {
  logReceived(state, { target, from, request }, {}, INBOX_SUFFIX);
  target.received.push(toIncomingMessage(from, request));
  return { status: "queued", delivery_mode: "poll", method: getMethod(request) };
}

interface UnansweredRequest {
  readonly from: string | null;
  readonly request: JsonObject;
  readonly isPastDeadline: boolean;
}

/**
 * An agent without response counts as busy, and the message is queued. Not for an agent with the capability
 * `session`, which orders its messages itself, nor for a caller whose deadline has passed.
 */
function respondBusy(
  state: PlatformState,
  target: Workspace,
  { from, request, isPastDeadline }: UnansweredRequest,
): Response {
  const busy = { busy: true, retry_after: BUSY_RETRY_SECONDS };
  if (target.capabilities.session === true) {
    const error = "workspace agent busy — adapter handles retry (native_session)";
    return refuseForNow({ error, ...busy, native_session: true }, BUSY_RETRY_SECONDS);
  }
  if (isPastDeadline) {
    return refuseForNow(
      { error: "workspace agent busy — retry after a short backoff", ...busy },
      BUSY_RETRY_SECONDS,
    );
  }
  return jsonResponse(202, enqueue(state, target.id, from, request));
}

function refuseForNow(body: JsonObject, retryAfterSeconds: number): Response {
  return jsonResponse(503, body, { "Retry-After": String(retryAfterSeconds) });
}

function isOverBudget({ budgetLimit, monthlySpend }: Workspace): boolean {
  return budgetLimit !== null && monthlySpend >= budgetLimit;
}

function invalidJson(): Response {
  return jsonResponse(400, { error: "invalid JSON" });
}

function recordOutbound(state: PlatformState, callerId: string | null): void {
  const caller = callerId === null ? undefined : findWorkspace(state, callerId);
  if (caller !== undefined) caller.lastOutboundAt = state.timestamp();
}
