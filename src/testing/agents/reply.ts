import { randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../json";
import type { IncomingMessage, Reply } from "../model/message";
import { type AgentFaultKind, isAgentFault } from "./agent-fault";
import type { AgentResponse } from "./forward";

const INTERNAL_ERROR = -32603;

/** Calls a reply function, and returns the response of its agent. Never rejects. */
export async function callReply(
  reply: Reply,
  message: IncomingMessage,
  request: JsonObject,
): Promise<AgentResponse> {
  const id = request.id ?? null;
  try {
    const value = await reply(message);
    return isAgentFault(value) ? await fail(value.agentFault) : complete(toResponse(value, id));
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

function toResponse(value: unknown, id: unknown): unknown {
  if (typeof value === "string") return { jsonrpc: "2.0", id, result: toTextMessage(value) };
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`Expected \`reply\` to return a string or an object, got \`${value}\``);
  }
  return isObject(value) && Object.hasOwn(value, "jsonrpc") ? value : { jsonrpc: "2.0", id, result: value };
}

function toTextMessage(text: string): JsonObject {
  return { kind: "message", role: "agent", messageId: randomUUID(), parts: [{ kind: "text", text }] };
}
