import type { A2AEvent } from "a2a-peers";
import type { Emit } from "./events";

/** Emits every failed attempt that is retried; the last failure is part of the outcome. */
export function emitRetries(emit: Emit): (event: A2AEvent) => void {
  let failed: Extract<A2AEvent, { type: "send.attempt_failed" }> | undefined;
  return (event) => {
    if (event.type === "send.attempt_failed") failed = event;
    if (event.type !== "send.retry" || failed === undefined) return;
    const { attempt, code, status = null, delivery } = failed;
    emit({ type: "attempt.failed", attempt, code, status, delivery, retryInMs: event.delayMs });
  };
}
