import { isObject } from "../json";
import type { IncomingMessage, Reply } from "../model/message";

/** What a scripted peer does with one message: what a {@link Reply} returns, or a reply for this message alone. */
export type ScriptStep = string | object | Reply;

/** Options of {@link script}. */
export interface ScriptOptions {
  /** Whether the last step is used for all further messages too. @default false: they get a JSON-RPC error */
  repeatLast?: boolean | undefined;
}

/**
 * Creates a reply with one step for each message, in order. While a task is not finished, a step that is the same task
 * also answers a `tasks/get`. Throws without a step.
 *
 * @example
 * const reply = script([agentFault("busy"), task("working"), task("completed", "42")]);
 * const peer = platform.addWorkspace({ reply });
 */
export function script(steps: readonly ScriptStep[], { repeatLast = false }: ScriptOptions = {}): Reply {
  if (steps.length === 0) throw new Error("Expected a script to have a step, got none");
  let turn = 0;
  const reply: Reply = (message: IncomingMessage) => {
    const step = steps[repeatLast ? Math.min(turn, steps.length - 1) : turn];
    turn += 1;
    if (step === undefined) {
      throw new Error(`The script has ${steps.length} steps, and this is message ${turn}`);
    }
    return typeof step === "function" ? (step as Reply)(message) : step;
  };
  UPCOMING.set(reply, (id) => {
    const step = steps[turn];
    if (!isObject(step) || step.id !== id) return undefined;
    turn += 1;
    return step;
  });
  return reply;
}

const UPCOMING = new WeakMap<Reply, (id: string) => object | undefined>();

/** Takes the next step of a script if it is the task with this id; `undefined` for any other reply. */
export const takeUpcomingTask = (reply: Reply, id: string): object | undefined => UPCOMING.get(reply)?.(id);

/**
 * Creates a task as the result of an agent, with `text` as its artifact, or as the message of its status while it is not
 * `completed`. Tasks of the same `id` are one task in several states.
 */
export function task(state: string, text = "", id = "task-1"): object {
  const parts = [{ kind: "text", text }];
  const message = { kind: "message", role: "agent", messageId: `${id}-${state}`, parts };
  const isDone = state === "completed";
  return {
    kind: "task",
    id,
    contextId: `${id}-context`,
    status: { state, ...(text !== "" && !isDone && { message }) },
    ...(text !== "" && isDone && { artifacts: [{ artifactId: `${id}-artifact`, parts }] }),
  };
}
