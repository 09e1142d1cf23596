import { invalidArgument } from "../errors";
import type { SendOutcome } from "../messaging/outcome";
import { checkOptionNames, type OptionNames } from "../validation/option-names";
import { type CallOptions, checkCallOptions } from "../validation/options";
import type { TaskContext } from "./context";
import { checkTaskAddress, requestTask } from "./request-task";

const NAMES: OptionNames<CallOptions> = { source: true, signal: true, timeoutMs: true };

/** The options of a call about a task. Throws `invalid_argument`; `source` is not checked here. */
export function checkTaskOptions(given: CallOptions | undefined): CallOptions {
  const options: CallOptions = checkCallOptions(given);
  checkOptionNames(options, NAMES, invalidArgument);
  return options;
}

/** The task as it is now. Throws `task_failed` for one that failed, was rejected or was canceled. */
export async function getTask(
  context: TaskContext,
  peerId: string,
  taskId: string,
  given?: CallOptions,
): Promise<SendOutcome> {
  const task = checkTaskAddress(context, peerId, taskId);
  const { outcome } = await requestTask(context, "tasks/get", task, checkTaskOptions(given), false);
  return outcome;
}
