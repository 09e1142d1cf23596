import type { WorkspaceEvent } from "../event-stream/parse-events";
import { parsePeerId } from "../validation/peer-id";

const ENDS: ReadonlySet<string> = new Set(["DELEGATION_COMPLETE", "DELEGATION_FAILED", "DELEGATION_STATUS"]);

/**
 * True for an event that may tell of the result of a delegation: of the one with this id in lower case, or of any. Not
 * for one that tells that a delegation is under way.
 */
export function isAboutResult({ type, data }: WorkspaceEvent, delegationId?: string): boolean {
  if (ENDS.has(type)) {
    if (data.status === "dispatched") return false;
    return delegationId === undefined || parsePeerId(data.delegation_id) === delegationId;
  }
  // The platform names no delegation in such an event.
  return type === "ACTIVITY_LOGGED" && data.activity_type === "delegation" && delegationId === undefined;
}
