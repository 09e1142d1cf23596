import type { A2AErrorCode } from "../errors";
import type { Outcome } from "../messaging/outcome";
import { quote } from "../text/format";
import type { Failure } from "../transport/request/result";

/** A request about a task, for the texts of its failures. */
export interface TaskRequest {
  readonly method: "tasks/get" | "tasks/cancel";
  readonly taskId: string;
  /** How errors call the peer. */
  readonly peer: string;
}

const TASK_NOT_FOUND = -32001;
export const TASK_NOT_CANCELABLE = -32002;
/** Method not found, and unsupported operation. */
const NOT_SUPPORTED: ReadonlySet<number | undefined> = new Set([-32601, -32004]);

/** What passes by itself; a request about a task is repeated freely, also where a message would not be. */
const PASSING_CODES: ReadonlySet<A2AErrorCode> = new Set(["reply_lost", "peer_busy"]);

/** After how long a busy peer is asked again, in milliseconds: as long as the platform states for messages. */
const BUSY_RETRY_MS = 30_000;

/** A failure in words about the task. `delivery` is that of the task where the peer has answered, else `not-sent`. */
export function explainFailure(failure: Failure, { method, taskId, peer }: TaskRequest): Failure {
  const task = `task ${quote(taskId)}`;
  if (failure.code === "task_failed") return failure;
  if (failure.rpcCode === TASK_NOT_FOUND) {
    return {
      ...failure,
      delivery: "maybe",
      summary: `${peer} knows no ${task} (any more)`,
      advice:
        "Do not wait for it. Agents forget tasks when they restart, and those that answer with plain messages keep none. If the work is still needed, ask the peer what became of it before you send it again: it may have run.",
    };
  }
  if (failure.rpcCode === TASK_NOT_CANCELABLE) {
    return {
      ...failure,
      delivery: "confirmed",
      summary: `${peer} cannot cancel ${task}`,
      advice: "It has most likely ended: read how with getTask, and use its result.",
    };
  }
  if (NOT_SUPPORTED.has(failure.rpcCode)) {
    return {
      ...failure,
      delivery: "not-sent",
      summary: `${peer} does not support ${method}`,
      advice: "Ask it about the task with a message.",
    };
  }
  if (!PASSING_CODES.has(failure.code)) return { ...failure, delivery: "not-sent" };
  return { ...failure, delivery: "not-sent", retryable: true, advice: "Ask for the task again later." };
}

/** The failure of a request that the platform has stored, to which no answer comes; `undefined` for any other outcome. */
export function notAnswered(outcome: Outcome, { method, peer }: TaskRequest): Failure | undefined {
  if (outcome.kind !== "queued") return undefined;
  if (outcome.deliveryMode === "poll") {
    return {
      code: "peer_unavailable",
      summary: `${peer} fetches its messages itself (poll mode): the platform stores ${method} for it, and no answer comes`,
      advice:
        "Tasks of such a peer can be neither followed nor canceled. Its answers come as messages to the inbox of this workspace; anything else ask it with a message.",
      delivery: "not-sent",
      retryable: false,
    };
  }
  return {
    code: "peer_busy",
    summary: `${peer} is busy: the platform has stored ${method} for it, and no answer comes`,
    advice:
      method === "tasks/cancel"
        ? "The peer gets the request when it is free. See later with getTask whether the task was canceled."
        : "Ask for the task again later.",
    delivery: "not-sent",
    retryable: true,
    retryAfterMs: BUSY_RETRY_MS,
  };
}
