import { STATUS_CODES } from "node:http";
import { isObject, parseJson } from "../json";
import { asIs, json } from "./answer";
import type { AgentAnswer } from "./forward";

/** What the caller hears of an agent's answer. `busy` is what it hears when there was none. */
export function relay(answer: AgentAnswer, busy: () => Response): Response {
  switch (answer.kind) {
    case "answered":
      return isSuccess(answer.status)
        ? asIs(answer.status, answer.body)
        : failureOf(answer.status, answer.body);
    case "unreachable":
      return json(502, { error: "failed to reach workspace agent" });
    case "lost":
      return busy();
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

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
