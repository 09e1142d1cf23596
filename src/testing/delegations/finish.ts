import { isObject } from "../json";
import type { PlatformState } from "../model/state";
import { completeDelegation, failDelegation } from "./outcome";
import { getDelegationId } from "./rows";

/** How a delegation ends: with the text of a result, or with an error. */
export type DelegationOutcome =
  | {
      /** The result. */
      readonly text: string;
    }
  | {
      /** Why it failed. */
      readonly error: string;
    };

/**
 * Ends a delegation, whatever its agent does or has done. Throws for an unknown id. The rows and the event are those of
 * a delegation that ends by itself.
 */
export function finishDelegation(state: PlatformState, id: string, outcome: DelegationOutcome): void {
  const row = state.activities.find((each) => each.method === "delegate" && getDelegationId(each) === id);
  if (row === undefined) throw new Error(`There is no delegation \`${id}\``);
  state.finishedDelegations.add(id);
  const task = isObject(row.request_body) ? String(row.request_body.task) : "";
  const targetId = row.target_id ?? "";
  const delegation = { id, sourceId: row.workspace_id, targetId, task, idempotencyKey: "" };
  if ("error" in outcome) failDelegation(state, delegation, outcome.error);
  else completeDelegation(state, delegation, toResponse(outcome.text));
}

function toResponse(text: string): string {
  return JSON.stringify({ jsonrpc: "2.0", id: null, result: { parts: [{ kind: "text", text }] } });
}
