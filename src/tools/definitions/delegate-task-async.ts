import type { DelegationReceipt } from "../../delegation/delegate";
import { isA2AError } from "../../errors";
import { peerLabel } from "../../messaging/delegate-task";
import { describeDelegationFailure } from "../../messaging/delegation-failure";
import { ERROR_PREFIX } from "../../messaging/tool-text";
import { checkPeer } from "../check-peer";
import { resolveSource } from "../context";
import { defineTool } from "../define-tool";
import { PEER_ID, SENDS, SOURCE, TASK } from "../properties";

/** The platform answers at once; what it may have then is told, and repeated under the same key. */
const TIMEOUT_MS = 30_000;

interface Input {
  workspace_id: string;
  task: string;
  idempotency_key?: string;
  source_workspace_id?: string;
}

export const delegateTaskAsync = defineTool<Input>({
  name: "delegate_task_async",
  title: "Delegate a task without waiting",
  description:
    "Hands a task to one peer through the platform and comes back at once with the task_id to ask check_task_status with. Use it for long work, or to let several peers work at the same time. Use delegate_task instead when you need the answer now, or when the peer may have questions. That the peer cannot be reached is told by check_task_status, not by this call.",
  properties: {
    workspace_id: PEER_ID,
    task: TASK,
    idempotency_key: {
      type: "string",
      description:
        "A word of your own for this task, of letters, digits and signs without spaces: the platform does not run a task again whose key it has already. To repeat a call that failed, give the key that the failure shows. Leave it out for a new task.",
      maxLength: 200,
      pattern: "^[!-~]*$",
    },
    source_workspace_id: SOURCE,
  },
  required: ["workspace_id", "task"],
  annotations: SENDS,
  async execute(context, input, signal) {
    const { client } = context;
    const source = resolveSource(context, input.source_workspace_id);
    await checkPeer(context, input.workspace_id, source, signal);
    try {
      const receipt = await client.delegate(input.workspace_id, input.task, {
        source,
        idempotencyKey: input.idempotency_key,
        timeoutMs: TIMEOUT_MS,
        signal,
      });
      return {
        text: formatReceipt(receipt, peerLabel(client, receipt.targetId)),
        isError: false,
        data: receipt,
      };
    } catch (error) {
      return {
        text: formatFailure(error, peerLabel(client, input.workspace_id), signal),
        isError: true,
        data: error,
      };
    }
  },
});

function formatReceipt(
  { delegationId, idempotentHit, status, warning }: DelegationReceipt,
  name: string,
): string {
  const lead = idempotentHit
    ? `The task was delegated to ${name} before, under the same idempotency_key, and is not run again. Its status then: ${status}.`
    : `The task is delegated to ${name}.`;
  const ask = `Call check_task_status with task_id ${delegationId} for its result; do not delegate it again.`;
  return [lead, warning === undefined ? ask : `${ask} Warning of the platform: ${warning}`].join(" ");
}

/** Where the platform may have the task, the key is what matters; else it is a delegation as any other. */
function formatFailure(error: unknown, name: string, signal: AbortSignal | undefined): string {
  if (!isA2AError(error) || error.delivery === "not-sent" || error.messageId === undefined) {
    return describeDelegationFailure(error, name, { before: false, now: signal?.aborted === true });
  }
  return `DELEGATION FAILED to ${name}: ${ERROR_PREFIX}${error.message}\nYou can: (1) call check_task_status without task_id, to see whether the platform has the task, (2) if it has not, call delegate_task_async again with idempotency_key ${error.messageId}.`;
}
