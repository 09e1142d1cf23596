import { isObject, type JsonObject } from "../json";

/** A message as it reached an agent. */
export interface IncomingMessage {
  /** Id of the workspace that sent it; null for one without `X-Workspace-ID` (a human at the canvas). */
  from: string | null;
  /** The text of all text parts, joined without anything between them. */
  text: string;
  /** Empty when the sender's is not a string. */
  messageId: string;
  /** The JSON-RPC request as the platform passed it on. */
  body: unknown;
}

export function incomingMessage(from: string | null, body: JsonObject): IncomingMessage {
  const message = messageOf(body);
  const parts: unknown[] = Array.isArray(message.parts) ? message.parts : [];
  const messageId = message.messageId;
  return {
    from,
    text: parts.map(textOf).join(""),
    messageId: typeof messageId === "string" ? messageId : "",
    body,
  };
}

/** `params.message`, or an empty object where there is none. */
export function messageOf(body: JsonObject): JsonObject {
  const params = isObject(body.params) ? body.params : {};
  return isObject(params.message) ? params.message : {};
}

/** Parts name their sort as `kind`, as `type`, or (since protocol 1.0) not at all. */
function textOf(part: unknown): string {
  if (!isObject(part) || typeof part.text !== "string") return "";
  const sort = part.kind ?? part.type ?? "text";
  return sort === "text" ? part.text : "";
}
