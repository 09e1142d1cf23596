import { stitch } from "../delegations/outcome";
import { parseJson } from "../json";
import type { PlatformState } from "../state";
import { type Agent, agentOf, type Workspace } from "../workspace";
import { isRoutable } from "./agent-address";
import { dispatch } from "./dispatch";
import type { AgentAnswer } from "./forward";
import { markCompleted, markDispatched, markMissed, nextFor, type QueuedMessage } from "./message-queue";

/** After a heartbeat: hands out one message that waits, if the agent says it has time. */
export function drainOne(state: PlatformState, workspace: Workspace): void {
  if (workspace.activeTasks >= workspace.maxConcurrentTasks) return;
  const item = nextFor(state, workspace.id);
  const agent = agentOf(workspace);
  if (item === undefined || agent === undefined || !isRoutable(state, workspace, agent)) return;
  void deliver(state, workspace, agent, item);
}

/** What the agent answers now is told to nobody, unless the message was a delegation. */
async function deliver(
  state: PlatformState,
  workspace: Workspace,
  agent: Agent,
  item: QueuedMessage,
): Promise<void> {
  markDispatched(state, item);
  const { from, request } = item;
  const answer = await dispatch(state, workspace, agent, { from, request, hasCeiling: from !== null });
  if (isDone(answer)) {
    const text = Buffer.from(answer.body).toString();
    markCompleted(state, item, parseJson(text));
    stitch(state, item, text);
  } else if (isForgotten(state, item, answer)) markCompleted(state, item);
  else markMissed(item, reasonOf(answer));
}

function isDone(answer: AgentAnswer): answer is Extract<AgentAnswer, { kind: "answered" }> {
  return answer.kind === "answered" && answer.status >= 200 && answer.status < 300;
}

/** A known defect of the earlier version: queued again while on its way, a message meets itself and is ticked off. */
function isForgotten(state: PlatformState, item: QueuedMessage, answer: AgentAnswer): boolean {
  return state.version === "2026-04" && answer.kind === "lost" && typeof item.messageId === "string";
}

function reasonOf(answer: AgentAnswer): string {
  return answer.kind === "answered" ? `the agent answered ${answer.status}` : `the agent was ${answer.kind}`;
}
