import { randomUUID } from "node:crypto";
import type { Credentials, HttpResponse, SendRequest } from "./http";

// Never connected to: the checks that register it send no message.
export const PUBLIC_URL = "http://93.184.215.14:9/";

/** Sends a registration; `fields` replace or extend the default ones. */
export function register(
  request: SendRequest,
  { id, token }: Partial<Credentials>,
  fields: object = {},
): Promise<HttpResponse> {
  const body = { id, url: PUBLIC_URL, agent_card: { name: "conformance" }, ...fields };
  return request("POST", "/registry/register", { body, ...(token !== undefined && { bearer: token }) });
}

/** Sends a heartbeat with `fields`. */
export function beat(
  request: SendRequest,
  { id, token }: Partial<Credentials>,
  fields: object = {},
): Promise<HttpResponse> {
  const body = { workspace_id: id, ...fields };
  return request("POST", "/registry/heartbeat", { body, ...(token !== undefined && { bearer: token }) });
}

/** A JSON-RPC request with a text message. */
export function createMessage(text: string, messageId: string = randomUUID()) {
  return {
    jsonrpc: "2.0",
    id: randomUUID(),
    method: "message/send",
    params: { message: { kind: "message", role: "user", messageId, parts: [{ kind: "text", text }] } },
  };
}

/** Sends `body` through the message proxy; `null` sends it as a human, without an id or a token. */
export function send(
  request: SendRequest,
  from: Credentials | null,
  to: string,
  body: unknown = createMessage("hello"),
): Promise<HttpResponse> {
  return request("POST", `/workspaces/${to}/a2a`, { body, ...(from !== null && { as: from }) });
}
