import { randomUUID } from "node:crypto";
import { isObject, type JsonObject, parseJson } from "../json";

/**
 * The JSON-RPC request to pass on, or nothing for a body that is no JSON object. Only two things are repaired: a
 * body without `jsonrpc` gets an envelope (and loses everything but `method` and `params`, its `id` too), and a
 * message without the key `messageId` gets one.
 */
export function normalise(text: string): JsonObject | undefined {
  const body = parseJson(text);
  if (!isObject(body)) return undefined;
  const request: JsonObject = Object.hasOwn(body, "jsonrpc")
    ? body
    : { jsonrpc: "2.0", id: randomUUID(), method: body.method ?? null, params: body.params ?? null };
  const message = isObject(request.params) ? request.params.message : undefined;
  if (isObject(message) && !Object.hasOwn(message, "messageId")) message.messageId = randomUUID();
  return request;
}
