import { STATUS_CODES } from "node:http";
import type { AgentAnswer } from "../agents/forward";
import { isObject, type JsonObject, parseJson } from "../json";

/** What the caller hears of an agent's answer. `enqueue` keeps the message for later. */
export function relay(answer: AgentAnswer, enqueue: () => JsonObject): Response {
  switch (answer.kind) {
    case "answered":
      return isSuccess(answer.status)
        ? asIs(answer.status, answer.body)
        : failureOf(answer.status, answer.body);
    case "unreachable":
      return json(502, { error: "failed to reach workspace agent" });
    case "lost":
      return json(202, enqueue());
    case "cut":
      return json(502, {
        error: "failed to read agent response",
        delivery_confirmed: isSuccess(answer.status),
      });
  }
}

/** Of a refusal only the status and an `error` that is a string get through; an error object is lost. */
function failureOf(status: number, body: Uint8Array): Response {
  const parsed = parseJson(Buffer.from(body).toString());
  const own = isObject(parsed) && typeof parsed.error === "string" ? parsed.error : undefined;
  return json(status, { error: own ?? STATUS_CODES[status] ?? "" });
}

function json(status: number, body: JsonObject): Response {
  return asIs(status, Buffer.from(JSON.stringify(body)));
}

function asIs(status: number, body: Uint8Array): Response {
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(hasBody ? Buffer.from(body) : null, {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
