import type { A2AErrorCode } from "../../errors";
import type { Workspace } from "../../identity/workspaces";
import type { Clock } from "../../runtime/clock";

/** A single refusal may be a token that is being rotated; so many in a row are not. */
const REFUSALS_BEFORE_BACKOFF = 3;

const SHORTEST_BACKOFF_MS = 5000;
const LONGEST_BACKOFF_MS = 300_000;

/**
 * Keeps a workspace from making requests after its token was refused (`unauthorized`) three times in a row: for 5 s,
 * twice as long after each further refusal, at most 5 min.
 */
export interface UnauthorizedBackoff {
  /** True while the workspace may make no request. */
  isActive(workspace: Workspace): boolean;
  /** Counts a refusal; any other failure ends the row. */
  recordFailure(workspace: Workspace, code: A2AErrorCode): void;
  /** Ends the row of refusals. A back-off that has begun still runs out. */
  recordSuccess(workspace: Workspace): void;
}

export function createUnauthorizedBackoff(clock: Clock): UnauthorizedBackoff {
  /** Refusals in a row. */
  const refusals = new Map<Workspace, number>();
  /** When the back-off of a workspace ends. */
  const activeUntil = new Map<Workspace, number>();

  return {
    isActive: (workspace) => clock.now() < (activeUntil.get(workspace) ?? Number.NEGATIVE_INFINITY),
    recordFailure(workspace, code) {
      if (code !== "unauthorized") {
        refusals.delete(workspace);
        return;
      }
      const consecutive = (refusals.get(workspace) ?? 0) + 1;
      refusals.set(workspace, consecutive);
      const doublings = consecutive - REFUSALS_BEFORE_BACKOFF;
      if (doublings < 0) return;
      const backoffMs = Math.min(SHORTEST_BACKOFF_MS * 2 ** doublings, LONGEST_BACKOFF_MS);
      activeUntil.set(workspace, clock.now() + backoffMs);
    },
    recordSuccess(workspace) {
      refusals.delete(workspace);
    },
  };
}
