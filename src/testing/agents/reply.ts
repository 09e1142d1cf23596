import { randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../json";
import type { IncomingMessage } from "../model/message";
import type { Agent } from "../model/workspace";
import { type AgentFaultKind, isAgentFault } from "./agent-fault";
import type { AgentResponse } from "./forward";
import { isTaskRequest, respondToTaskRequest, storeTask } from "./tasks";

const INTERNAL_ERROR = -32603;

/**
 * Calls the function of an agent, and returns the agent's response; requests about its tasks are answered for it. Never
 * rejects.
 */
export async function callReply(
  agent: Extract<Agent, { kind: "reply" }>,
  message: IncomingMessage,
  request: JsonObject,
): Promise<AgentResponse> {
  const id = request.id ?? null;
  if (isTaskRequest(request)) return complete(respondToTaskRequest(agent, request));
  try {
    const value = await agent.reply(message);
    if (isAgentFault(value)) return await fail(value.agentFault);
    const response = toResponse(value, id);
    storeTask(agent.tasks, response.result);
    return complete(response);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return complete({ jsonrpc: "2.0", id, error: { code: INTERNAL_ERROR, message: text } });
  }
}

function complete(response: unknown): AgentResponse {
  return { kind: "complete", status: 200, body: Buffer.from(JSON.stringify(response)) };
}

function fail(kind: AgentFaultKind): AgentResponse | Promise<AgentResponse> {
  switch (kind) {
    case "busy":
      return { kind: "no-response" };
    case "restarting":
      return { kind: "restarting" };
    case "cut":
      return { kind: "incomplete", status: 200 };
    case "silent":
      return new Promise(() => undefined);
  }
}

function toResponse(value: unknown, id: unknown): JsonObject {
  if (typeof value === "string") return { jsonrpc: "2.0", id, result: toTextMessage(value) };
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`Expected \`reply\` to return a string or an object, got \`${value}\``);
  }
  return isObject(value) && Object.hasOwn(value, "jsonrpc") ? value : { jsonrpc: "2.0", id, result: value };
}

function toTextMessage(text: string): JsonObject {
  return { kind: "message", role: "agent", messageId: randomUUID(), parts: [{ kind: "text", text }] };
}
