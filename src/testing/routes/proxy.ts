import { passOn } from "../agents/pass-on";
import { PROXY_GATE, refusedBy } from "../gates/auth";
import type { PlatformState } from "../state";
import type { RouteContext } from "./env";

const FORGED_CALLER = /^(webhook|system|test|channel):/;

/** Brings a message to a peer. */
export function proxyMessage(state: PlatformState) {
  return async (c: RouteContext<"/workspaces/:id/a2a">): Promise<Response> => {
    const callerId = c.req.header("x-workspace-id") || null;
    const targetId = c.req.param("id");
    const refusal = callerId === null ? undefined : refuseCaller(state, c, callerId, targetId);
    if (refusal !== undefined) return refusal;
    return passOn(state, callerId, targetId, c.env.body, deadlineOf(state, c.req.header("x-timeout")));
  };
}

/** Clock time at which the caller wants an answer; a header that is no number of seconds, or zero, asks for none. */
function deadlineOf(state: PlatformState, header = ""): number | null {
  const seconds = /^\d+$/.test(header) ? Number(header) : 0;
  return seconds === 0 ? null : state.clock.now() + seconds * 1000;
}

/** A caller that names itself must be who it says. One's own workspace is not asked. */
function refuseCaller(
  state: PlatformState,
  c: RouteContext,
  callerId: string,
  targetId: string,
): Response | undefined {
  if (FORGED_CALLER.test(callerId)) return c.json({ error: "invalid caller ID" }, 403);
  if (callerId.toLowerCase() === targetId.toLowerCase()) return undefined;
  const refusal = refusedBy(PROXY_GATE, state, callerId, c.req.header("authorization"));
  return refusal === undefined ? undefined : c.json({ error: refusal }, 401);
}
