import { stitch } from "../delegations/outcome";
import type { PlatformState } from "../state";
import { type Agent, agentOf, type Workspace } from "../workspace";
import { isRoutable } from "./agent-address";
import { dispatch } from "./dispatch";
import type { AgentAnswer } from "./forward";
import { drop, nextFor, type QueuedMessage } from "./message-queue";

const MOST_ATTEMPTS = 5;

/** After a heartbeat: hands out one message that waits, if the agent says it has time. */
export function drainOne(state: PlatformState, workspace: Workspace): void {
  if (workspace.activeTasks >= workspace.maxConcurrentTasks) return;
  const item = nextFor(state, workspace.id);
  const agent = agentOf(workspace);
  if (item === undefined || agent === undefined || !isRoutable(state, workspace, agent)) return;
  void deliver(state, workspace, agent, item);
}

/** What the agent answers now is heard by nobody, unless the message was a delegation. */
async function deliver(
  state: PlatformState,
  workspace: Workspace,
  agent: Agent,
  item: QueuedMessage,
): Promise<void> {
  item.isDispatched = true;
  item.attempts += 1;
  const answer = await dispatch(state, workspace, agent, item.from, item.request);
  item.isDispatched = false;
  if (isDone(answer)) stitch(state, item, Buffer.from(answer.body).toString());
  if (isDone(answer) || isForgotten(state, item, answer) || item.attempts >= MOST_ATTEMPTS) drop(state, item);
}

function isDone(answer: AgentAnswer): answer is Extract<AgentAnswer, { kind: "answered" }> {
  return answer.kind === "answered" && answer.status >= 200 && answer.status < 300;
}

/** A known defect of the earlier version: queued again while on its way, a message meets itself and is ticked off. */
function isForgotten(state: PlatformState, item: QueuedMessage, answer: AgentAnswer): boolean {
  return state.version === "2026-04" && answer.kind === "lost" && typeof item.messageId === "string";
}
