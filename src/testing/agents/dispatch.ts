import { type JsonObject, stringifyJson } from "../json";
import type { PendingDispatch, PlatformState } from "../model/state";
import type { Agent, Workspace } from "../model/workspace";
import { inboundSignature } from "../rules/credentials";
import { type AgentResponse, forward } from "./forward";
import { toIncomingMessage } from "./message";
import { callReply } from "./reply";
import { isTaskRequest } from "./tasks";

/** For agents whose last heartbeat stated none. */
const DEFAULT_IDLE_TIMEOUT_SECONDS = 300;
const MAX_DURATION_MS = 30 * 60_000;

interface DispatchRequest {
  readonly from: string | null;
  readonly request: JsonObject;
  /** Whether the dispatch ends after 30 minutes although events of the target keep restarting its idle timeout. */
  readonly hasMaxDuration: boolean;
}

/**
 * Sends a request to the agent of `target` and waits for its response, at most for the idle timeout.
 * Never rejects, and never resolves once the platform has restarted.
 */
export async function dispatch(
  state: PlatformState,
  target: Workspace,
  agent: Agent,
  { from, request, hasMaxDuration }: DispatchRequest,
): Promise<AgentResponse> {
  const message = toIncomingMessage(from, request);
  const { starts } = state.process;
  const { pending, signal, stop } = startTimeouts(state, target, hasMaxDuration);
  state.dispatches.add(pending);
  const onConnected = (): void => {
    if (!isTaskRequest(request)) target.received.push(message);
  };
  const response = await callAgent();
  stop();
  state.dispatches.delete(pending);
  // The process that waited for it is gone, so nothing happens with the response.
  return state.process.starts === starts ? response : new Promise(() => undefined);

  async function callAgent(): Promise<AgentResponse> {
    if (agent.kind === "url") {
      const { maxAgentRedirects: maxRedirects } = state.differences;
      const headers = inboundSignature(state, target);
      return forward(agent.url, stringifyJson(request), { signal, onConnected, maxRedirects, headers });
    }
    onConnected();
    return Promise.race([callReply(agent, message, request), noResponseOnAbort(signal)]);
  }
}

/** The idle timeout is the one of the target at the start: a heartbeat restarts it and does not change its length. */
function startTimeouts(state: PlatformState, target: Workspace, hasMaxDuration: boolean) {
  const idleMs = (target.idleTimeoutSeconds ?? DEFAULT_IDLE_TIMEOUT_SECONDS) * 1000;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const cancelMaxDuration = hasMaxDuration ? state.clock.setTimer(abort, MAX_DURATION_MS) : () => undefined;
  let cancelIdle = state.clock.setTimer(abort, idleMs);
  const pending: PendingDispatch = {
    targetId: target.id,
    resetIdleTimeout() {
      cancelIdle();
      cancelIdle = state.clock.setTimer(abort, idleMs);
    },
    abort,
  };
  function stop(): void {
    cancelIdle();
    cancelMaxDuration();
  }
  return { pending, signal: controller.signal, stop };
}

function noResponseOnAbort(signal: AbortSignal): Promise<AgentResponse> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "no-response" }), { once: true });
  });
}
