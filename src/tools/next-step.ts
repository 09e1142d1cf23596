import type { SendOutcome } from "../messaging/outcome";
import type { ToolResult } from "../messaging/tool-result";
import type { ToolContext } from "./context";

/** The result of a delegation, and below it the call with which the model goes on where the answer is not there yet. */
export function nextStep({ inboxes }: ToolContext, result: ToolResult): ToolResult {
  if (result.isError) return result;
  const step = STEPS[(result.data as SendOutcome).kind];
  const text = step(inboxes.length > 0);
  return text === "" ? result : { ...result, text: `${result.text}\n${text}` };
}

const STEPS: Readonly<Record<SendOutcome["kind"], (hasInbox: boolean) => string>> = {
  reply: () => "",
  queued: (hasInbox) =>
    hasInbox ? "Go on with other work, and call wait_for_message later for the answer." : "",
  working: () =>
    "Go on with other work. To ask how far it is, call delegate_task again with these ids as task_id and context_id.",
  "input-required": () =>
    "To answer, call delegate_task again with the same workspace_id, your answer as `task`, and these ids as task_id and context_id. Ask the user if you do not know the answer.",
  "auth-required": () =>
    "Tell the user what access the peer asks for. Once it has it, call delegate_task again with these ids as task_id and context_id.",
};
