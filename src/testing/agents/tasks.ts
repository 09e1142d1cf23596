import { isObject, type JsonObject } from "../json";
import type { Agent } from "../model/workspace";
import { getMethod } from "./message";
import { takeUpcomingTask } from "./script";

type ReplyAgent = Extract<Agent, { kind: "reply" }>;

const TASK_NOT_FOUND = { code: -32001, message: "Task not found" };
const TASK_NOT_CANCELABLE = { code: -32002, message: "Task cannot be canceled" };

/** Whether a request asks about a task, and is no message for the agent. */
export function isTaskRequest(request: JsonObject): boolean {
  const method = getMethod(request);
  return method === "tasks/get" || method === "tasks/cancel";
}

/** Stores the task in a result of an agent, and says whether it has one. */
export function storeTask(tasks: ReplyAgent["tasks"], result: unknown): boolean {
  const task = isObject(result) && isObject(result.task) ? result.task : result;
  if (!isObject(task) || typeof task.id !== "string" || !isObject(task.status)) return false;
  tasks.set(task.id, task);
  return true;
}

/**
 * The JSON-RPC response to a request about a task, which the platform gives for an agent that is a function: the task as
 * the agent showed it last, or as the next step of its script shows it.
 */
export function respondToTaskRequest({ reply, tasks }: ReplyAgent, request: JsonObject): JsonObject {
  const envelope = { jsonrpc: "2.0", id: request.id ?? null };
  const id = isObject(request.params) ? request.params.id : undefined;
  const task = typeof id === "string" ? tasks.get(id) : undefined;
  if (task === undefined || typeof id !== "string") return { ...envelope, error: TASK_NOT_FOUND };
  if (getMethod(request) === "tasks/cancel") {
    if (hasEnded(task)) return { ...envelope, error: TASK_NOT_CANCELABLE };
    tasks.set(id, { ...task, status: { state: "canceled" } });
  } else if (!hasEnded(task)) {
    storeTask(tasks, takeUpcomingTask(reply, id));
  }
  return { ...envelope, result: tasks.get(id) };
}

const ENDED = ["completed", "failed", "canceled", "rejected"];

const hasEnded = ({ status }: JsonObject): boolean =>
  isObject(status) && ENDED.includes(String(status.state));
