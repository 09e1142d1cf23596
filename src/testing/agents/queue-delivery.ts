import { completeQueuedDelegation } from "../delegations/outcome";
import { parseJson } from "../json";
import type { QueuedMessage } from "../model/message";
import type { PlatformState } from "../model/state";
import type { Agent, Workspace } from "../model/workspace";
import { isRoutable, resolveAgent } from "../rules/agent";
import { dispatch } from "./dispatch";
import type { AgentResponse } from "./forward";
import { findNextQueued, markAttemptFailed, markCompleted, markDispatched } from "./queue";

/** Delivers one queued message after a heartbeat, if the agent has fewer active tasks than its maximum. */
export function deliverNextQueued(state: PlatformState, workspace: Workspace): void {
  if (workspace.activeTasks >= workspace.maxConcurrentTasks) return;
  const item = findNextQueued(state, workspace.id);
  const agent = resolveAgent(state, workspace);
  if (item === undefined || agent === undefined || !isRoutable(state, workspace, agent)) return;
  void deliver(state, workspace, agent, item);
}

/** The sender does not get the response, unless the message was a delegation. */
async function deliver(
  state: PlatformState,
  workspace: Workspace,
  agent: Agent,
  item: QueuedMessage,
): Promise<void> {
  markDispatched(state, item);
  const { from, request } = item;
  const response = await dispatch(state, workspace, agent, { from, request, hasMaxDuration: from !== null });
  if (isSuccess(response)) {
    const text = Buffer.from(response.body).toString();
    markCompleted(state, item, parseJson(text));
    completeQueuedDelegation(state, item, text);
  } else if (isLost(state, item, response)) markCompleted(state, item);
  else markAttemptFailed(item, describeFailure(response));
}

function isSuccess(response: AgentResponse): response is Extract<AgentResponse, { kind: "complete" }> {
  return response.kind === "complete" && response.status >= 200 && response.status < 300;
}

/** The busy target makes the platform queue the message again, which finds itself as a duplicate. */
function isLost(state: PlatformState, item: QueuedMessage, response: AgentResponse): boolean {
  const { losesRequeuedMessages } = state.differences;
  return losesRequeuedMessages && response.kind === "no-response" && typeof item.messageId === "string";
}

function describeFailure(response: AgentResponse): string {
  switch (response.kind) {
    case "complete":
      return `the agent answered ${response.status}`;
    case "restarting":
    case "unreachable":
      return "the agent was unreachable";
    case "no-response":
      return "the agent was lost";
    case "incomplete":
      return "the agent was cut";
  }
}
