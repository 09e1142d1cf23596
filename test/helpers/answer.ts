import type { A2AErrorCode, Outcome } from "a2a-peers";
import { classify } from "../../src/messaging/classify";
import type { Failure } from "../../src/transport/request/result";
import type { HttpResponse } from "../../src/transport/response";

/** A response as a transport returns it. A body that is not a string is encoded as JSON. */
export function httpAnswer(
  status: number,
  body: unknown = "",
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    text: typeof body === "string" ? body : JSON.stringify(body),
    header: (name) => headers[name],
  };
}

/** The outcome that a response is classified as; throws for a failure. */
export function outcomeOf(body: unknown, status = 200): Outcome {
  const verdict = classify(httpAnswer(status, body), "peer P");
  if (!verdict.ok) throw new Error(`expected an outcome, got ${verdict.failure.code}`);
  return verdict.value;
}

/** The failure that a response is classified as; throws for an outcome. */
export function failureFrom(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Failure {
  const verdict = classify(httpAnswer(status, body, headers), "peer P");
  if (verdict.ok) throw new Error(`expected a failure, got the outcome ${verdict.value.kind}`);
  return verdict.failure;
}

/** The kind of an outcome or the code of a failure. */
export function verdictOf(body: unknown, status = 200): Outcome["kind"] | A2AErrorCode {
  const verdict = classify(httpAnswer(status, body), "peer P");
  return verdict.ok ? verdict.value.kind : verdict.failure.code;
}

/** The outcome of a JSON-RPC response with this result. */
export const resultOutcome = (result: unknown): Outcome => outcomeOf(rpc(result));

export const rpc = (result: unknown) => ({ jsonrpc: "2.0", id: "r", result });

export const textMessage = (...texts: string[]) => ({
  kind: "message",
  role: "agent",
  messageId: "m",
  parts: texts.map((text) => ({ kind: "text", text })),
});
