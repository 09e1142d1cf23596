import { randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../json";
import type { IncomingMessage } from "./incoming-message";

/**
 * An agent as a function. A string becomes a message with one text part, an object the JSON-RPC `result`, an object
 * with its own `jsonrpc` the whole answer. A throw becomes the JSON-RPC error -32603, still with HTTP 200.
 */
export type Reply = (message: IncomingMessage) => string | object | Promise<string | object>;

const INTERNAL_ERROR = -32603;

/** Asks the function and returns the JSON text an agent would have answered with. Never rejects. */
export async function askReply(reply: Reply, message: IncomingMessage, request: JsonObject): Promise<string> {
  const id = request.id ?? null;
  try {
    return JSON.stringify(envelope(await reply(message), id));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return JSON.stringify({ jsonrpc: "2.0", id, error: { code: INTERNAL_ERROR, message: text } });
  }
}

function envelope(answer: unknown, id: unknown): unknown {
  if (typeof answer === "string") return { jsonrpc: "2.0", id, result: textMessage(answer) };
  if (typeof answer !== "object" || answer === null) {
    throw new TypeError(`Expected \`reply\` to return a string or an object, got \`${answer}\``);
  }
  return isObject(answer) && Object.hasOwn(answer, "jsonrpc")
    ? answer
    : { jsonrpc: "2.0", id, result: answer };
}

function textMessage(text: string): JsonObject {
  return { kind: "message", role: "agent", messageId: randomUUID(), parts: [{ kind: "text", text }] };
}
