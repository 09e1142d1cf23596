import { mayTalk } from "../access";
import { noteExchange } from "../activity/exchange";
import type { JsonObject } from "../json";
import { findWorkspace, type PlatformState } from "../state";
import { isUuid } from "../uuid";
import { type Agent, agentOf, type Workspace } from "../workspace";
import { isRoutable } from "./agent-address";
import { json } from "./answer";
import { busy } from "./busy";
import { dispatch } from "./dispatch";
import { leaveInInbox } from "./inbox";
import { normalise } from "./normalise";
import { relay } from "./relay";
import { wake } from "./wake";

const LONGEST_REQUEST = 2 ** 20;

/**
 * Brings a request of somebody who was let in to a peer's agent: a message, or a delegation. The order of the checks
 * is part of the contract.
 */
export async function passOn(
  state: PlatformState,
  callerId: string | null,
  targetId: string,
  body: Buffer,
  deadline: number | null = null,
): Promise<Response> {
  if (callerId !== null && !mayTalk(state, callerId, targetId)) {
    return json(403, { error: "access denied: workspaces cannot communicate per hierarchy rules" });
  }
  // The database would not take such an id.
  if (!isUuid(targetId)) return json(500, { error: "lookup failed" });
  const target = findWorkspace(state, targetId);
  if (target === undefined) return json(404, { error: "workspace not found" });
  if (isOverBudget(target)) return json(402, { error: "workspace budget limit exceeded" });
  const request = requestOf(body);
  // The later version reads a message before it looks where it goes, the earlier one looks first.
  if (request === undefined && state.version === "2026-05") return unreadable();
  if (request !== undefined && target.deliveryMode === "poll") {
    noteOutbound(state, callerId);
    return json(200, leaveInInbox(state, target, callerId, request));
  }
  const agent = agentFor(state, target);
  if (agent instanceof Response) return agent;
  if (request === undefined) return unreadable();

  noteOutbound(state, callerId);
  const startedAt = state.clock.now();
  // A known defect of the platform: a deadline does not end the wait, it only takes the ceiling away.
  const hasCeiling = callerId !== null && deadline === null;
  const answer = await dispatch(state, target, agent, { from: callerId, request, hasCeiling });
  const durationMs = state.clock.now() - startedAt;
  noteExchange(state, { target, from: callerId, request, answer, durationMs });
  const isLate = deadline !== null && state.clock.now() >= deadline;
  return relay(answer, () => busy(state, target, { from: callerId, request, isLate }));
}

/** Who is asked; or what the caller is told where nobody can be. */
function agentFor(state: PlatformState, target: Workspace): Agent | Response {
  if (target.status === "hibernated") {
    wake(state, target);
    return waking();
  }
  const agent = agentOf(target);
  if (agent === undefined) return json(503, { error: "workspace has no URL", status: target.status });
  return isRoutable(state, target, agent)
    ? agent
    : json(502, { error: "workspace URL is not publicly routable" });
}

function isOverBudget({ budgetLimit, monthlySpend }: Workspace): boolean {
  return budgetLimit !== null && monthlySpend >= budgetLimit;
}

/** What is over the limit is cut off without a word, and then is not JSON any more. */
function requestOf(body: Buffer): JsonObject | undefined {
  return normalise(body.subarray(0, LONGEST_REQUEST).toString());
}

function unreadable(): Response {
  return json(400, { error: "invalid JSON" });
}

function waking(): Response {
  const error = "workspace is waking from hibernation — retry in a moment";
  return json(503, { error, waking: true, retry_after: 15 }, { "Retry-After": "15" });
}

function noteOutbound(state: PlatformState, callerId: string | null): void {
  const caller = callerId === null ? undefined : findWorkspace(state, callerId);
  if (caller !== undefined) caller.lastOutboundAt = state.timestamp();
}
