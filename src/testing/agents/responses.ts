import { STATUS_CODES } from "node:http";
import { isObject, type JsonObject, parseJson } from "../json";
import type { AgentResponse } from "./forward";

/** A JSON response, for code that has no request context. */
export function jsonResponse(
  status: number,
  body: JsonObject,
  headers: Record<string, string> = {},
): Response {
  const type = { "content-type": "application/json; charset=utf-8" };
  return rawResponse(status, Buffer.from(JSON.stringify(body)), { ...type, ...headers });
}

/** The response of an agent, byte for byte. Unlike the platform's own JSON its type has no charset. */
function relay(status: number, body: Uint8Array): Response {
  return rawResponse(status, body, { "content-type": "application/json" });
}

function rawResponse(status: number, body: Uint8Array, headers: Record<string, string>): Response {
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(hasBody ? Buffer.from(body) : null, {
    status,
    headers,
  });
}

/** The response to the caller for the outcome of a request to an agent; `respondBusy` is for an agent without response. */
export function toProxyResponse(outcome: AgentResponse, respondBusy: () => Response): Response {
  switch (outcome.kind) {
    case "complete":
      return isSuccess(outcome.status)
        ? relay(outcome.status, outcome.body)
        : toErrorResponse(outcome.status, outcome.body);
    case "unreachable":
      return jsonResponse(502, { error: "failed to reach workspace agent" });
    case "restarting":
      return jsonResponse(503, {
        error: "workspace agent unreachable — container restart triggered",
        restarting: true,
      });
    case "no-response":
      return respondBusy();
    case "incomplete":
      return jsonResponse(502, {
        error: "failed to read agent response",
        delivery_confirmed: isSuccess(outcome.status),
      });
  }
}

/** Keeps the status of an agent's error and an `error` that is a string; an error object is lost. */
function toErrorResponse(status: number, body: Uint8Array): Response {
  const parsed = parseJson(Buffer.from(body).toString());
  const error = isObject(parsed) && typeof parsed.error === "string" ? parsed.error : undefined;
  return jsonResponse(status, { error: error ?? STATUS_CODES[status] ?? "" });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
