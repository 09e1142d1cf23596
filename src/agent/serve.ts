import type { AgentEvent, Emit } from "../events";
import type { Clock } from "../runtime/clock";
import { settleWithin } from "../runtime/settle-within";
import type { JsonRecord } from "../text/json";
import {
  type RpcResult,
  rpcFail,
  rpcOk,
  taskNotCancelable,
  taskNotFound,
  unsupportedOperation,
} from "./rpc/errors";
import { writeSentMessage, writeSentTask, writeTask } from "./rpc/protocol";
import type { RpcRequest } from "./rpc/request";
import { errorResponse, fullResponse, resultResponse, unavailableResponse } from "./rpc/response";
import { parseSendParams, parseTaskId, type SendParams, senderOf } from "./rpc/send-params";
import { isOpen, type Run, stateOf, toTask } from "./runs/run";
import type { Runs } from "./runs/runs";

export interface ServeContext {
  readonly runs: Runs;
  readonly workspaceId: string;
  readonly clock: Clock;
  readonly emit: Emit<AgentEvent>;
  readonly answerWithinMs: number;
  /** Messages whose handlers may run at once. */
  readonly maxConcurrent: number;
  /** False while no new message is taken. */
  isAccepting(): boolean;
  /** Called when a new message is turned away because as many handlers run. */
  onFull(): void;
}

/** How long a delegation waits for its answer, in milliseconds: the platform gives it up after 30 minutes. */
const DELEGATION_MS = 29 * 60_000;

/** Serves a request that was parsed. */
export async function serve(context: ServeContext, request: RpcRequest): Promise<Response> {
  switch (request.operation) {
    case "send":
      return send(context, request);
    case "get-task":
      return respond(request, getTask(context, request));
    case "cancel-task":
      return respond(request, cancelTask(context, request));
  }
}

/** Runs the message, or joins its run, and answers with what is there in time. */
async function send(context: ServeContext, request: RpcRequest): Promise<Response> {
  const params = parseSendParams(request.params);
  if (!params.ok) return errorResponse(request, params.error);
  const message = { ...params.value, raw: request.body };
  const known = context.runs.find(message);
  if (known === undefined && !context.isAccepting()) return unavailableResponse();
  if (known === undefined && context.runs.working >= context.maxConcurrent) {
    context.onFull();
    return fullResponse();
  }
  const run = known === undefined ? startRun(context, message) : rpcOk(join(context, known));
  if (!run.ok) return errorResponse(request, run.error);
  await waitForAnswer(context, run.value, params.value);
  return respond(request, answerWith(run.value, request));
}

function startRun({ runs }: ServeContext, message: SendParams & { readonly raw: unknown }): RpcResult<Run> {
  const { taskId } = message.content;
  if (taskId === undefined) return rpcOk(runs.start(message, undefined));
  const task = runs.byTask(taskId);
  if (task === undefined) {
    return rpcFail(
      taskNotFound("This agent has no such task (any more). Send the message without a taskId."),
    );
  }
  if (isOpen(task)) return rpcOk(runs.start(message, task));
  return rpcFail(
    unsupportedOperation(
      stateOf(task) === "working"
        ? "The task is being worked on and takes no message. Wait until it is finished or asks back."
        : "The task has ended. Send the message without a taskId.",
    ),
  );
}

function join({ emit, workspaceId }: ServeContext, run: Run): Run {
  emit({ type: "agent.repeated", workspaceId, messageId: run.messageId, state: stateOf(run) });
  return run;
}

async function waitForAnswer(
  { answerWithinMs, clock }: ServeContext,
  run: Run,
  { content, isBlocking }: SendParams,
): Promise<void> {
  if (run.end !== undefined || !isBlocking) return;
  const limitMs = content.delegationId === undefined ? answerWithinMs : DELEGATION_MS;
  await settleWithin(run.ended, limitMs, clock);
}

/** A plain answer is a message; what is unfinished, asks back or was shown as a task is a task, unless nothing ran. */
function answerWith(run: Run, { version }: RpcRequest): RpcResult<JsonRecord> {
  const { end } = run;
  if (end?.state === "failed" && !(run.isTask && end.error.ran)) return { ok: false, error: end.error };
  if (end?.state === "completed" && !run.isTask) return rpcOk(writeSentMessage(end.answer, version));
  run.isTask = true;
  return rpcOk(writeSentTask(toTask(run), version));
}

function getTask({ runs }: ServeContext, { params, version }: RpcRequest): RpcResult<JsonRecord> {
  const run = findTask(runs, params);
  if (!run.ok) return run;
  run.value.isTask = true;
  return rpcOk(writeTask(toTask(run.value), version));
}

/** Canceling a task that was canceled succeeds: the first answer may have been lost. */
function cancelTask({ runs }: ServeContext, { params, version }: RpcRequest): RpcResult<JsonRecord> {
  const run = findTask(runs, params);
  if (!run.ok) return run;
  const { value } = run;
  const isCancelable = value.end === undefined || isOpen(value) || value.end.state === "canceled";
  if (!isCancelable) return rpcFail(taskNotCancelable("The task has ended, so it cannot be canceled."));
  value.isTask = true;
  if (value.end?.state !== "canceled") runs.cancel(value);
  return rpcOk(writeTask(toTask(value), version));
}

/** Also by the `messageId` of the one who asks, which is all that a sender knows who got no answer. */
function findTask(runs: Runs, params: JsonRecord): RpcResult<Run> {
  const id = parseTaskId(params);
  if (!id.ok) return id;
  const run = runs.byTask(id.value) ?? runs.byMessage(senderOf(params), id.value);
  return run === undefined ? rpcFail(taskNotFound("This agent has no such task (any more).")) : rpcOk(run);
}

const respond = (request: RpcRequest, result: RpcResult<JsonRecord>): Response =>
  result.ok ? resultResponse(request, result.value) : errorResponse(request, result.error);
