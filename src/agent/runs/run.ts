import type { RpcError } from "../rpc/errors";
import type { AnswerMessage, RunState, TaskSnapshot } from "../rpc/protocol";

/** How the work on a message ended. */
export type RunEnd =
  | { state: "completed" | "input-required" | "auth-required"; answer: AnswerMessage }
  | { state: "canceled" }
  | { state: "failed"; error: RpcError };

/** The work of a handler on one message, and what remains of it when it has ended. */
export interface Run {
  /** Of the sender, the id and the content of the message. */
  readonly key: string;
  readonly messageId: string;
  readonly senderId: string | null;
  readonly contextId: string;
  readonly taskId: string;
  readonly controller: AbortController;
  readonly startedAt: number;
  /** True once the sender has seen a task: it is shown one from then on. */
  isTask: boolean;
  /** `undefined` while the handler works. */
  end: RunEnd | undefined;
  /** When it began or ended, as RFC 3339. */
  timestamp: string;
  /** Resolves when the run has ended. */
  readonly ended: Promise<void>;
  /** Ends the run. The first call counts, and false is returned for others; but an open question may be canceled. */
  settle(end: RunEnd): boolean;
}

export type NewRun = Pick<
  Run,
  "key" | "messageId" | "senderId" | "contextId" | "taskId" | "isTask" | "startedAt"
>;

export function createRun(facts: NewRun): Run {
  let resolve = () => {};
  const ended = new Promise<void>((done) => {
    resolve = done;
  });
  const run: Run = {
    ...facts,
    controller: new AbortController(),
    end: undefined,
    timestamp: new Date().toISOString(),
    ended,
    settle(end) {
      if (run.end !== undefined && !(isOpen(run) && end.state === "canceled")) return false;
      run.end = end;
      run.timestamp = new Date().toISOString();
      resolve();
      return true;
    },
  };
  return run;
}

export const stateOf = ({ end }: Run): RunState => end?.state ?? "working";

/** True for a run whose task waits for another message of the sender. */
export const isOpen = (run: Run): boolean => {
  const state = stateOf(run);
  return state === "input-required" || state === "auth-required";
};

/** The run as the task it is. */
export function toTask(run: Run): TaskSnapshot {
  const { taskId, contextId, timestamp, end } = run;
  return {
    id: taskId,
    contextId,
    state: stateOf(run),
    timestamp,
    answer: end === undefined ? undefined : answerOf(run, end),
  };
}

/** Of a failed task the reason is the answer. */
function answerOf({ taskId, contextId }: Run, end: RunEnd): AnswerMessage | undefined {
  if (end.state === "canceled") return undefined;
  if (end.state !== "failed") return end.answer;
  return {
    messageId: `${taskId}-failure`,
    contextId,
    taskId,
    parts: [{ kind: "text", text: end.error.message }],
  };
}
