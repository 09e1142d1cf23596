import type { AgentAnswer } from "../agents/forward";
import { tell } from "../events";
import { isObject, parseJson } from "../json";
import type { PlatformState } from "../state";
import type { Activity } from "./activity";
import { methodOf, type Received, writeReceived } from "./received";

/** A request that was passed to an agent, and what came of it. */
interface Exchange extends Received {
  readonly answer: AgentAnswer;
  readonly durationMs: number;
}

/**
 * Writes down what an agent was asked and what it answered, where the agent can read it. What it answered a human is
 * told at once.
 */
export function noteExchange(state: PlatformState, exchange: Exchange): void {
  const { target, from, request, answer } = exchange;
  const outcome = outcomeOf(answer);
  const duration_ms = Math.round(exchange.durationMs);
  writeReceived(state, exchange, { duration_ms, ...outcome });
  if (from !== null || outcome.status !== "ok") return;
  tell(state, target.id, "A2A_RESPONSE", {
    method: methodOf(request),
    duration_ms,
    response_body: outcome.response_body ?? null,
  });
}

/** An answer that broke off was delivered all the same, if its head was a success. */
function outcomeOf(answer: AgentAnswer): Pick<Activity, "status"> & Partial<Activity> {
  switch (answer.kind) {
    case "answered": {
      const response = parseJson(Buffer.from(answer.body).toString());
      return {
        status: answer.status < 400 ? "ok" : "error",
        ...(response !== undefined && { response_body: response }),
        ...toolsIn(response),
      };
    }
    case "cut":
      return answer.status < 300 ? { status: "ok" } : failed("the answer of the agent broke off");
    case "lost":
      return failed("the agent did not answer");
    case "unreachable":
      return failed("the agent was not reached");
  }
}

/** The tools that an agent used, where it tells them beside its result. */
function toolsIn(response: unknown): { tool_trace?: unknown[] } {
  const result = isObject(response) ? response.result : undefined;
  const metadata = isObject(result) ? result.metadata : undefined;
  const trace = isObject(metadata) ? metadata.tool_trace : undefined;
  return Array.isArray(trace) ? { tool_trace: trace } : {};
}

function failed(reason: string) {
  return { status: "error", error_detail: reason };
}
