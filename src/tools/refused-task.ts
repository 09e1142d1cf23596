import { isA2AError } from "../errors";
import { peerLabel } from "../messaging/delegate-task";
import type { ToolResult } from "../messaging/tool-result";
import { failureText } from "../messaging/tool-text";
import type { ToolContext } from "./context";
import { peerArgument } from "./next-step";

const TASK_NOT_FOUND = -32001;
const UNSUPPORTED_OPERATION = -32004;

/**
 * The result of a message for the task `taskId` which its peer refused for the sake of that task: the peer has run
 * nothing, so what is to be done is not what helps after a failed task. Any other result as it is.
 */
export function explainRefusedTask(
  { client }: ToolContext,
  peerId: string,
  taskId: string | undefined,
  result: ToolResult,
): ToolResult {
  const { data: error } = result;
  if (taskId === undefined || !isA2AError(error)) return result;
  const step = nextStepAfter(error.rpcCode, peerId);
  if (step === undefined) return result;
  const lead = `DELEGATION FAILED to ${peerLabel(client, peerId)}: ${failureText(error)}`;
  return { ...result, text: `${lead}\nThe peer has not taken the message and ran nothing. ${step}` };
}

function nextStepAfter(rpcCode: number | undefined, peerId: string): string | undefined {
  if (rpcCode === TASK_NOT_FOUND) {
    return "Call delegate_task again without task_id, and tell the peer all that it has to know.";
  }
  if (rpcCode !== UNSUPPORTED_OPERATION) return undefined;
  return `Call check_task_status with ${peerArgument(peerId)} and the same task_id: the task still runs, or has ended. For one that has ended call delegate_task again without task_id.`;
}
