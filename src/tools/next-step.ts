import { peerLabel } from "../messaging/delegate-task";
import type { Outcome } from "../messaging/outcome";
import type { ToolResult } from "../messaging/tool-result";
import { parsePeerId } from "../validation/peer-id";
import type { ToolContext } from "./context";

/** The result of a delegation, and below it the call with which the model goes on where the answer is not there yet. */
export function nextStep(context: ToolContext, peerId: string, result: ToolResult): ToolResult {
  if (result.isError) return result;
  const outcome = result.data as Outcome;
  switch (outcome.kind) {
    case "reply":
      return result;
    case "queued":
      return { ...result, text: queuedText(context, peerId, outcome) };
    case "working":
      return { ...result, text: `${result.text}\n${workingStep(peerId, outcome)}` };
    case "input-required":
      return {
        ...result,
        text: `${result.text}\nTo answer, ${delegateAgain(peerId, outcome)} and your answer as \`task\`. Ask the user if you do not know the answer.`,
      };
    case "auth-required":
      return {
        ...result,
        text: `${result.text}\nTell the user what access the peer asks for. Once it has it, ${delegateAgain(peerId, outcome)}.`,
      };
  }
}

/** The ids of a task as its peer has shown them. */
interface TaskIds {
  readonly taskId?: string | undefined;
  readonly contextId?: string | undefined;
}

function workingStep(peerId: string, { taskId }: TaskIds): string {
  if (taskId === undefined) {
    return "Go on with other work. The peer has named no id to ask with: if you need the result, ask the peer later what became of the task.";
  }
  return `Go on with other work, and send the peer no message for this task meanwhile: most take none. To see how far it is, call check_task_status with ${peerArgument(peerId)} and this taskId as task_id.`;
}

function delegateAgain(peerId: string, { taskId, contextId }: TaskIds): string {
  const ids = [
    peerArgument(peerId),
    taskId === undefined ? "" : "this taskId as task_id",
    contextId === undefined ? "" : "this contextId as context_id",
  ].filter((argument) => argument !== "");
  return `call delegate_task with ${ids.join(", ")}`;
}

/** The argument in full: what a model reads may not be in the call that it follows. */
export function peerArgument(peerId: string): string {
  const id = parsePeerId(peerId);
  return id === null ? "the peer's workspace_id" : `workspace_id ${id}`;
}

/** In place of the client's text, which is for those who write programs. */
function queuedText(
  { client, inboxes }: ToolContext,
  peerId: string,
  { deliveryMode, text }: Extract<Outcome, { kind: "queued" }>,
): string {
  if (deliveryMode !== "poll") {
    return `${text}\nGo on with other work. If you need the result, ask the peer later what became of the task.`;
  }
  const stored = `The task is stored for ${peerLabel(client, peerId)}, which fetches its messages itself and answers later, with a message of its own. Do not send it again.`;
  return inboxes.length > 0
    ? `${stored} Go on with other work, and call wait_for_message later for the answer.`
    : `${stored} You have no tool that receives the answer: tell the user that the task is with this peer.`;
}
