import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { shouldReport } from "../events/thinning";
import { hasErrorCode } from "../storage/file-system";
import { LockHeldError } from "../storage/lock";
import { errorMessage } from "../text/format";

/** The message of a disk error, with advice where a permission is missing. */
export function describeDiskError(error: unknown): string {
  const reason = errorMessage(error);
  if (!["EACCES", "EPERM", "EROFS"].some((code) => hasErrorCode(error, code))) return reason;
  return `${reason}. Both the results file and the state folder, for what is remembered, have to be writable: see \`resultsFile\` and \`stateDir\``;
}

/**
 * Emits the events of failed polls and of failures to store results: the 1st, 2nd, 3rd, 10th, 20th … in a row. A store
 * that another holder has is reported once per holder.
 */
export interface FailureReporter {
  pollFailed(error: A2AError): void;
  pollSucceeded(): void;
  storeFailed(error: unknown): void;
  storeSucceeded(): void;
}

interface FailureCounts {
  polls: number;
  stores: number;
  /** The message of the last error for a store that another holder has. */
  heldBy: string | undefined;
}

export function createFailureReporter(workspaceId: string, emit: Emit<HeartbeatEvent>): FailureReporter {
  const counts: FailureCounts = { polls: 0, stores: 0, heldBy: undefined };
  return {
    pollFailed({ code, status, message: reason }) {
      if (code === "closed") return;
      counts.polls += 1;
      if (!shouldReport(counts.polls)) return;
      emit({
        type: "delegations.look_failed",
        workspaceId,
        consecutive: counts.polls,
        code,
        ...(status === undefined ? {} : { status }),
        reason,
      });
    },
    pollSucceeded() {
      counts.polls = 0;
    },
    storeFailed(error) {
      if (error instanceof LockHeldError) {
        const reason = error.message;
        if (reason !== counts.heldBy) emit({ type: "delegations.held_elsewhere", workspaceId, reason });
        counts.heldBy = reason;
        return;
      }
      counts.stores += 1;
      if (!shouldReport(counts.stores)) return;
      const reason = describeDiskError(error);
      emit({ type: "delegations.store_failed", workspaceId, consecutive: counts.stores, reason });
    },
    storeSucceeded() {
      counts.heldBy = undefined;
      counts.stores = 0;
    },
  };
}
