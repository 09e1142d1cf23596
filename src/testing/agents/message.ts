import { randomUUID } from "node:crypto";
import { isObject, type JsonObject, parseJson } from "../json";
import type { IncomingMessage } from "../model/message";

/**
 * Parses a body into the JSON-RPC request to forward; undefined when it is not a JSON object. Like the platform it
 * repairs two things: a body without `jsonrpc` gets an envelope (and loses everything but `method` and `params`, its
 * `id` too), and a message without the key `messageId` gets one.
 */
export function parseRequest(text: string): JsonObject | undefined {
  // The platform's decoder reads `null` as an object without keys.
  const body = parseJson(text) ?? (text.trim() === "null" ? {} : undefined);
  if (!isObject(body) || isNestedTooDeep(text)) return undefined;
  const request: JsonObject = Object.hasOwn(body, "jsonrpc")
    ? body
    : { jsonrpc: "2.0", id: randomUUID(), method: body.method ?? null, params: body.params ?? null };
  const message = isObject(request.params) ? request.params.message : undefined;
  if (isObject(message) && !Object.hasOwn(message, "messageId")) message.messageId = randomUUID();
  return request;
}

const MAX_NESTING = 10_000;

function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest > MAX_NESTING;
}

/** A request with one text message, as the canvas sends it. */
export function createTextRequest(text: string): JsonObject {
  const message = { role: "user", messageId: randomUUID(), parts: [{ kind: "text", text }] };
  return { jsonrpc: "2.0", id: randomUUID(), method: "message/send", params: { message } };
}

/** `params.message` of a request; an empty object where there is none. */
export function getMessage(request: JsonObject): JsonObject {
  const params = isObject(request.params) ? request.params : {};
  return isObject(params.message) ? params.message : {};
}

/** `method` of a request; empty when it is not a string. */
export function getMethod(request: JsonObject): string {
  return typeof request.method === "string" ? request.method : "";
}

/** The message of a request, as an agent receives it. */
export function toIncomingMessage(from: string | null, request: JsonObject): IncomingMessage {
  const message = getMessage(request);
  const parts: unknown[] = Array.isArray(message.parts) ? message.parts : [];
  const messageId = message.messageId;
  return {
    from,
    text: parts.map(getText).join(""),
    messageId: typeof messageId === "string" ? messageId : "",
    body: request,
  };
}

/** The text of a text part, else empty. Parts name their type in `kind`, `type` or (since protocol 1.0) not at all. */
function getText(part: unknown): string {
  if (!isObject(part) || typeof part.text !== "string") return "";
  const type = part.kind ?? part.type ?? "text";
  return type === "text" ? part.text : "";
}
