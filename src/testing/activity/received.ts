import type { AgentResponse } from "../agents/forward";
import { getMethod } from "../agents/message";
import { isObject, type JsonObject, parseJson } from "../json";
import type { Activity } from "../model/activity";
import type { PlatformState } from "../model/state";
import type { Workspace } from "../model/workspace";
import { emitEvent } from "../store";
import { logActivity } from "./log";

/** Ends the summary of a message that was appended to an inbox. */
export const INBOX_SUFFIX = " (queued for poll)";

/** A request that a workspace received. */
interface Received {
  readonly target: Workspace;
  /** Id of the sending workspace; null for a human. */
  readonly from: string | null;
  readonly request: JsonObject;
}

/** A request that was dispatched to an agent, and its outcome. */
interface Exchange extends Received {
  readonly response: AgentResponse;
  readonly durationMs: number;
}

/** Logs a received request in the activity of its target, with the outcome as far as known. */
export function logReceived(
  state: PlatformState,
  { target, from, request }: Received,
  outcome: Partial<Activity> = {},
  summarySuffix = "",
): void {
  const method = getMethod(request);
  logActivity(state, {
    workspace_id: target.id,
    activity_type: "a2a_receive",
    source_id: from,
    target_id: target.id,
    method,
    summary: `${method} → ${target.name}${summarySuffix}`,
    request_body: request,
    ...outcome,
  });
}

/** Logs a dispatched request with its outcome. A successful response to a human is also an event. */
export function logExchange(state: PlatformState, exchange: Exchange): void {
  const { target, from, request, response } = exchange;
  const outcome = toOutcome(response);
  const duration_ms = Math.round(exchange.durationMs);
  logReceived(state, exchange, { duration_ms, ...outcome });
  if (from !== null || outcome.status !== "ok") return;
  emitEvent(state, target.id, "A2A_RESPONSE", {
    method: getMethod(request),
    duration_ms,
    response_body: outcome.response_body ?? null,
  });
}

/** An incomplete response with a success status counts as delivered. */
function toOutcome(response: AgentResponse): Pick<Activity, "status"> & Partial<Activity> {
  switch (response.kind) {
    case "complete": {
      const body = parseJson(Buffer.from(response.body).toString());
      return {
        status: response.status < 400 ? "ok" : "error",
        ...(body !== undefined && { response_body: body }),
        ...toolTraceField(body),
      };
    }
    case "incomplete":
      return response.status < 300 ? { status: "ok" } : failure("the answer of the agent broke off");
    case "no-response":
      return failure("the agent did not answer");
    case "restarting":
    case "unreachable":
      return failure("the agent was not reached");
  }
}

/** The tools that an agent used, where the metadata of its result lists them. */
function toolTraceField(response: unknown): { tool_trace?: unknown[] } {
  const result = isObject(response) ? response.result : undefined;
  const metadata = isObject(result) ? result.metadata : undefined;
  const trace = isObject(metadata) ? metadata.tool_trace : undefined;
  return Array.isArray(trace) ? { tool_trace: trace } : {};
}

function failure(reason: string) {
  return { status: "error", error_detail: reason };
}
