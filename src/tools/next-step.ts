import { peerLabel } from "../messaging/delegate-task";
import type { Outcome } from "../messaging/outcome";
import type { ToolResult } from "../messaging/tool-result";
import type { ToolContext } from "./context";

/** The result of a delegation, and below it the call with which the model goes on where the answer is not there yet. */
export function nextStep(context: ToolContext, peerId: string, result: ToolResult): ToolResult {
  if (result.isError) return result;
  const outcome = result.data as Outcome;
  if (outcome.kind === "queued") return { ...result, text: queuedText(context, peerId, outcome) };
  const step = STEPS[outcome.kind];
  return step === "" ? result : { ...result, text: `${result.text}\n${step}` };
}

const STEPS: Readonly<Record<Exclude<Outcome["kind"], "queued">, string>> = {
  reply: "",
  working:
    "Go on with other work. To see how far it is, call check_task_status with the same workspace_id and this taskId as task_id.",
  "input-required":
    "To answer, call delegate_task again with the same workspace_id, your answer as `task`, and these ids as task_id and context_id. Ask the user if you do not know the answer.",
  "auth-required":
    "Tell the user what access the peer asks for. Once it has it, call delegate_task again with these ids as task_id and context_id.",
};

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
