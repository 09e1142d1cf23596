import { mayTalk } from "../access";
import { isRoutable } from "../agents/agent-address";
import { dispatch } from "../agents/dispatch";
import { leaveInInbox } from "../agents/inbox";
import { normalise } from "../agents/normalise";
import { wake } from "../agents/wake";
import { PROXY_GATE, refusedBy } from "../auth";
import type { JsonObject } from "../json";
import { findWorkspace, type PlatformState } from "../state";
import { agentOf, type Workspace } from "../workspace";
import { relay } from "./agent-answer";
import { busy } from "./busy";
import type { RouteContext } from "./env";

const LONGEST_REQUEST = 2 ** 20;
const FORGED_CALLER = /^(webhook|system|test|channel):/;

/** Brings a message to a peer. The order of the checks is part of the contract. */
export function proxyMessage(state: PlatformState) {
  return async (c: RouteContext<"/workspaces/:id/a2a">): Promise<Response> => {
    const callerId = c.req.header("x-workspace-id") || null;
    const targetId = c.req.param("id");

    const refusal = callerId === null ? undefined : refuseCaller(state, c, callerId, targetId);
    if (refusal !== undefined) return refusal;

    const target = findWorkspace(state, targetId);
    if (target === undefined) return c.json({ error: "workspace not found" }, 404);
    if (isOverBudget(target)) return c.json({ error: "workspace budget limit exceeded" }, 402);
    if (target.deliveryMode === "poll") {
      const request = requestOf(c);
      if (request === undefined) return c.json({ error: "invalid JSON" }, 400);
      noteOutbound(state, callerId);
      return c.json(leaveInInbox(state, target, callerId, request));
    }
    if (target.status === "hibernated") {
      wake(state, target);
      return waking(c);
    }
    const agent = agentOf(target);
    if (agent === undefined) return c.json({ error: "workspace has no URL", status: target.status }, 503);
    if (!isRoutable(state, target, agent)) {
      return c.json({ error: "workspace URL is not publicly routable" }, 502);
    }
    const request = requestOf(c);
    if (request === undefined) return c.json({ error: "invalid JSON" }, 400);

    noteOutbound(state, callerId);
    const answer = await dispatch(state, target, agent, callerId, request);
    return relay(answer, () => busy(state, target, callerId, request));
  };
}

/** A caller that names itself must be who it says, and a relative. One's own workspace is not asked. */
function refuseCaller(
  state: PlatformState,
  c: RouteContext,
  callerId: string,
  targetId: string,
): Response | undefined {
  if (FORGED_CALLER.test(callerId)) return c.json({ error: "invalid caller ID" }, 403);
  if (callerId.toLowerCase() === targetId.toLowerCase()) return undefined;
  const refusal = refusedBy(PROXY_GATE, state, callerId, c.req.header("authorization"));
  if (refusal !== undefined) return c.json({ error: refusal }, 401);
  if (mayTalk(state, callerId, targetId)) return undefined;
  return c.json({ error: "access denied: workspaces cannot communicate per hierarchy rules" }, 403);
}

function isOverBudget({ budgetLimit, monthlySpend }: Workspace): boolean {
  return budgetLimit !== null && monthlySpend >= budgetLimit;
}

/** What is over the limit is cut off without a word, and then is not JSON any more. */
function requestOf(c: RouteContext): JsonObject | undefined {
  return normalise(c.env.body.subarray(0, LONGEST_REQUEST).toString());
}

function waking(c: RouteContext): Response {
  const error = "workspace is waking from hibernation — retry in a moment";
  return c.json({ error, waking: true, retry_after: 15 }, 503, { "Retry-After": "15" });
}

function noteOutbound(state: PlatformState, callerId: string | null): void {
  const caller = callerId === null ? undefined : findWorkspace(state, callerId);
  if (caller !== undefined) caller.lastOutboundAt = state.timestamp();
}
