import type { A2AClient } from "../../client/client";
import { A2AError } from "../../errors";
import type { AgentEvent, Emit, Observer } from "../../events";
import { fingerprint } from "../../inbox/fingerprint";
import type { Clock } from "../../runtime/clock";
import { newId } from "../../runtime/ids";
import { settleWithin } from "../../runtime/settle-within";
import { errorMessage } from "../../text/format";
import type { AgentHandler } from "../options";
import type { ReportWork } from "../report-work";
import { handlerFailed, handlerGaveBack, handlerStopped } from "../rpc/errors";
import { toEnd } from "./answer";
import { createRunMemory, type RunMemory } from "./memory";
import { createPushMessage, type PushedMessage } from "./push-message";
import { createRun, type Run, type RunEnd, stateOf } from "./run";

export interface RunsOptions {
  readonly client: A2AClient;
  readonly workspaceId: string;
  readonly onMessage: AgentHandler;
  readonly reportWork: ReportWork;
  readonly clock: Clock;
  readonly emit: Emit<AgentEvent>;
  /** Observes the work of the handler. */
  readonly observer: Observer | undefined;
}

/** Runs the handler once for each message. */
export interface Runs {
  /** How many handlers run. */
  readonly working: number;
  /** The run of a message that was pushed before, if it is remembered. */
  find(message: PushedMessage): Run | undefined;
  /** The newest run of a message of this sender with this id. */
  byMessage(senderId: string | null, messageId: string): Run | undefined;
  /** The newest run of a task. */
  byTask(taskId: string): Run | undefined;
  /** Starts the handler. `open` is the run whose question the message answers. */
  start(message: PushedMessage, open: Run | undefined): Run;
  /** Aborts the handler's signal; the task is canceled from now on. */
  cancel(run: Run): void;
  /** Lets handlers go on for so many milliseconds, then aborts their signals and ends their runs as failed. */
  drain(finishWithinMs: number): Promise<void>;
}

export function createRuns(options: RunsOptions): Runs {
  const memory = createRunMemory();
  const { clock } = options;
  return {
    get working() {
      return memory.workingCount;
    },
    find(message) {
      const key = keyOf(message);
      return key === undefined ? undefined : memory.byKey(key);
    },
    byMessage: memory.byMessage,
    byTask: memory.byTask,
    start(message, open) {
      const { content, senderId } = message;
      const messageId = content.messageId ?? newId();
      const run = createRun({
        key: keyOf(message) ?? messageId,
        messageId,
        senderId,
        contextId: open?.contextId ?? content.contextId ?? newId(),
        taskId: open?.taskId ?? newId(),
        isTask: open !== undefined,
        startedAt: clock.now(),
      });
      memory.add(run);
      options.emit({ type: "agent.received", workspaceId: options.workspaceId, messageId, senderId });
      void work(options, memory, { run, open }, message);
      return run;
    },
    cancel(run) {
      end(options, memory, run, { state: "canceled" });
      run.controller.abort(new A2AError({ code: "closed", message: "The sender has canceled the task." }));
    },
    async drain(finishWithinMs) {
      const ended = Promise.all(memory.working.map((run) => run.ended));
      if (memory.working.length > 0) await settleWithin(ended, finishWithinMs, clock);
      for (const run of memory.working) {
        end(options, memory, run, { state: "failed", error: handlerStopped() });
        run.controller.abort(new A2AError({ code: "closed", message: "The agent was stopped." }));
      }
    },
  };
}

/** Of two messages that have one `messageId` neither gets the answer to the other. */
const keyOf = ({ content, senderId }: PushedMessage): string | undefined =>
  fingerprint({ ...content, senderId });

/** A run that goes on, and the one whose question its message answers. */
interface Working {
  readonly run: Run;
  readonly open: Run | undefined;
}

/** Calls the handler and ends the run. Never rejects. */
async function work(
  options: RunsOptions,
  memory: RunMemory,
  working: Working,
  pushed: PushedMessage,
): Promise<void> {
  const { run } = working;
  const { client, workspaceId, onMessage, reportWork, observer } = options;
  const { signal } = run.controller;
  let givenBack: string | undefined;
  const onGivenBack = (reason: string) => {
    givenBack ??= reason;
  };
  try {
    const { message, replies } = createPushMessage({ client, workspaceId, run, onGivenBack }, pushed);
    const handle = () =>
      reportWork(message, signal, async () => toEnd(run, replies, await onMessage(message, { signal })));
    const received = {
      workspaceId,
      message,
      isPushed: true,
      stateOf: (answered: Awaited<ReturnType<typeof handle>>) => answered.end.state,
    };
    const answered = await (observer === undefined ? handle() : observer.runMessage(received, handle));
    if (givenBack === undefined) end(options, memory, run, answered.end, { size: answered.size });
    else giveBack(options, memory, working, givenBack);
  } catch (error) {
    const reason = errorMessage(error);
    if (givenBack !== undefined) giveBack(options, memory, working, reason);
    else end(options, memory, run, { state: "failed", error: handlerFailed() }, { reason });
  }
}

/** Ends a run that counts as not handled: its message runs anew when it comes again, and a question stays open. */
function giveBack(options: RunsOptions, memory: RunMemory, { run, open }: Working, reason: string): void {
  if (stateOf(run) === "canceled") return;
  end(options, memory, run, { state: "failed", error: handlerGaveBack() }, { reason });
  memory.forget(run, open);
}

/** Ends a run unless it has ended. */
function end(
  { emit, workspaceId, clock }: RunsOptions,
  memory: RunMemory,
  run: Run,
  how: RunEnd,
  { size = 0, reason }: { size?: number; reason?: string } = {},
): void {
  if (!run.settle(how)) return;
  memory.ended(run, size);
  const { messageId, startedAt } = run;
  emit({
    type: "agent.settled",
    workspaceId,
    messageId,
    state: stateOf(run),
    elapsedMs: Math.round(clock.now() - startedAt),
    ...(reason === undefined ? {} : { reason }),
  });
}
