import type { SendOutcome } from "../messaging/outcome";
import { checkForeignId } from "../messaging/send-options";
import { newId } from "../runtime/ids";
import { requestPlatform } from "../transport/request/platform-request";
import { newProgress } from "../transport/request/progress";
import type { CallOptions } from "../validation/options";
import { checkPeerId } from "../validation/peer-id";
import { classifyTask } from "./classify-task";
import type { TaskContext } from "./context";
import type { TaskRequest } from "./task-failures";

/** A task of a peer. */
export interface TaskAddress {
  readonly peerId: string;
  readonly taskId: string;
}

/** The task with a peer's id in lower case. Throws `invalid_argument` for what is no peer id or no task id. */
export function checkTaskAddress({ peers }: TaskContext, peerId: unknown, taskId: unknown): TaskAddress {
  return { peerId: checkPeerId(peerId, peers.suggestPeers), taskId: checkForeignId(taskId, "taskId") };
}

/** The answer of a peer about a task, with the facts about its request. */
export interface ReportedAnswer {
  readonly outcome: SendOutcome;
  readonly isCanceled: boolean;
}

/** Asks a peer for a task, or to cancel one, through the platform. Repeated after transient failures. */
export async function requestTask(
  context: TaskContext,
  method: TaskRequest["method"],
  { peerId, taskId }: TaskAddress,
  options: CallOptions,
  acceptsCanceled: boolean,
): Promise<ReportedAnswer> {
  const { clock, peers } = context;
  const startedAt = clock.now();
  const progress = newProgress();
  const id = newId();
  const { outcome, isCanceled } = await requestPlatform(context, {
    method: "POST",
    path: () => `/workspaces/${peerId}/a2a`,
    body: (source) => ({
      jsonrpc: "2.0",
      id,
      method,
      params: { id: taskId, metadata: { source_workspace_id: source.id } },
    }),
    options,
    source: peers.getRoute(peerId),
    peerId,
    progress,
    priority: method === "tasks/get" ? "poll" : "send",
    classify: (response) =>
      classifyTask(response, { method, taskId, peer: peers.label(peerId) }, acceptsCanceled),
  });
  const elapsedMs = Math.round(clock.now() - startedAt);
  return { outcome: { ...outcome, messageId: id, attempts: progress.attempts, elapsedMs }, isCanceled };
}
