import { randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../json";
import type { IncomingMessage, Reply } from "../model/message";

const INTERNAL_ERROR = -32603;

/** Calls a reply function, and returns the JSON-RPC response as JSON text. Never rejects. */
export async function callReply(
  reply: Reply,
  message: IncomingMessage,
  request: JsonObject,
): Promise<string> {
  const id = request.id ?? null;
  try {
    return JSON.stringify(toResponse(await reply(message), id));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return JSON.stringify({ jsonrpc: "2.0", id, error: { code: INTERNAL_ERROR, message: text } });
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
