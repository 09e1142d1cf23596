import { A2AError } from "../errors";
import type { SendOutcome } from "../messaging/outcome";
import { formatDuration, quote } from "../text/format";
import { earlyEndError } from "../transport/call";
import { TransportFailure } from "../transport/failure";
import { lastFailureText, type PolledWait, pollOnce, pollUntilFound } from "../transport/poll";
import { checkWaitOptions, type WaitOptions } from "../validation/wait-options";
import type { TaskContext } from "./context";
import { checkTaskAddress, requestTask, type TaskAddress } from "./request-task";

/**
 * Polls the peer until the task is finished or asks back, and resolves to its outcome then. Outlasts an outage of the
 * platform and of the peer. Throws `timeout` when that takes longer than `timeoutMs`; the task goes on then.
 */
export async function waitForTask(
  context: TaskContext,
  peerId: string,
  taskId: string,
  given?: WaitOptions,
): Promise<SendOutcome> {
  const task = checkTaskAddress(context, peerId, taskId);
  const { source, signal, timeoutMs, pollIntervalMs } = checkWaitOptions(given);
  context.workspaces.named(source);
  const call = context.calls.begin(timeoutMs, signal);
  const wait: PolledWait = { call, refusals: 0, lastFailure: undefined };
  const look = async (): Promise<SendOutcome | undefined> => {
    const limitMs = Math.max(1, Math.min(context.requestMs, call.remainingMs()));
    const options = { source, signal, timeoutMs: limitMs };
    const { outcome } = await requestTask(context, "tasks/get", task, options, false);
    return outcome.kind === "working" ? undefined : outcome;
  };
  try {
    const outcome = await pollUntilFound(wait, pollIntervalMs, () =>
      pollOnce(wait, look, ({ retryable }) => retryable),
    );
    if (outcome === undefined) throw timeoutError(context, task, wait);
    return { ...outcome, elapsedMs: Math.round(call.elapsedMs()) };
  } catch (error) {
    throw error instanceof TransportFailure ? earlyEndError(call, "The result of the task") : error;
  } finally {
    call.end();
  }
}

function timeoutError({ peers }: TaskContext, { peerId, taskId }: TaskAddress, wait: PolledWait): A2AError {
  const elapsedMs = wait.call.elapsedMs();
  return new A2AError({
    code: "timeout",
    message: `Task ${quote(taskId)} of ${peers.label(peerId)} was not finished after ${formatDuration(elapsedMs)}. It goes on: wait for it again later, or cancel it, and do not send it anew.${lastFailureText(wait)}`,
    retryable: true,
    delivery: "confirmed",
    peerId,
    elapsedMs: Math.round(elapsedMs),
    cause: wait.lastFailure,
  });
}
