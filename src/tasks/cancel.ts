import { isA2AError, settle } from "../errors";
import type { SendOutcome } from "../messaging/outcome";
import type { CallOptions } from "../validation/options";
import type { TaskContext } from "./context";
import { checkTaskOptions } from "./get";
import { checkTaskAddress, type ReportedAnswer, requestTask } from "./request-task";
import { TASK_NOT_CANCELABLE } from "./task-failures";

/**
 * Cancels a task and resolves once it is canceled, also when it was before: agents refuse that, so after a refusal the
 * task is looked at once. Resolves to the task as it is when it has ended first, or is still being canceled.
 */
export async function cancelTask(
  context: TaskContext,
  peerId: string,
  taskId: string,
  given?: CallOptions,
): Promise<SendOutcome> {
  const task = checkTaskAddress(context, peerId, taskId);
  const options = checkTaskOptions(given);
  const request = (method: "tasks/get" | "tasks/cancel", limits: CallOptions): Promise<ReportedAnswer> =>
    requestTask(context, method, task, limits, true);
  try {
    return (await request("tasks/cancel", options)).outcome;
  } catch (error) {
    if (!isA2AError(error) || error.rpcCode !== TASK_NOT_CANCELABLE) throw error;
    const remainingMs = (options.timeoutMs ?? context.requestMs) - error.elapsedMs;
    if (remainingMs <= 0) throw error;
    const found = await settle(request("tasks/get", { ...options, timeoutMs: remainingMs }));
    if (found.ok && found.value.isCanceled) return found.value.outcome;
    throw error;
  }
}
