import type { A2AEvent } from "a2a-peers";
import type { Tell } from "./story";

/** Tells every attempt that failed and is repeated; the last failure is told with the outcome. */
export function tellRetries(tell: Tell): (event: A2AEvent) => void {
  let failed: Extract<A2AEvent, { type: "send.attempt_failed" }> | undefined;
  return (event) => {
    if (event.type === "send.attempt_failed") failed = event;
    if (event.type !== "send.retry" || failed === undefined) return;
    const { attempt, code, status = null, delivery } = failed;
    tell({ type: "attempt.failed", attempt, code, status, delivery, retryInMs: event.delayMs });
  };
}
