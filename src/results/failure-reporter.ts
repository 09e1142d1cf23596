import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { shouldReport } from "../events/thinning";
import { hasErrorCode } from "../storage/file-system";
import { LockHeldError } from "../storage/lock";
import { errorMessage } from "../text/format";

/** What the disk said, and what to do about it where that is known. */
export function describeDiskError(error: unknown): string {
  const reason = errorMessage(error);
  if (!["EACCES", "EPERM", "EROFS"].some((code) => hasErrorCode(error, code))) return reason;
  return `${reason}. Both the results file and the state folder, for what is remembered, have to be writable: see \`resultsFile\` and \`stateDir\``;
}

/** What keeps results from coming home, told at the 1st, 2nd, 3rd, 10th, 20th … time in a row. */
export interface FailureReporter {
  /** The platform did not tell what became of delegations. */
  look(error: A2AError): void;
  looked(): void;
  /** The disk did not do what it should. */
  store(error: unknown): void;
  stored(): void;
}

export function createFailureReporter(workspaceId: string, emit: Emit<HeartbeatEvent>): FailureReporter {
  let failedLooks = 0;
  let failedStores = 0;
  let heldBy: string | undefined;
  return {
    look({ code, status, message: reason }) {
      if (code === "closed") return;
      failedLooks += 1;
      if (!shouldReport(failedLooks)) return;
      const answered = status === undefined ? {} : { status };
      emit({
        type: "delegations.look_failed",
        workspaceId,
        consecutive: failedLooks,
        code,
        ...answered,
        reason,
      });
    },
    looked() {
      failedLooks = 0;
    },
    store(error) {
      if (error instanceof LockHeldError) {
        if (error.message !== heldBy)
          emit({ type: "delegations.held_elsewhere", workspaceId, reason: error.message });
        heldBy = error.message;
        return;
      }
      failedStores += 1;
      if (!shouldReport(failedStores)) return;
      const reason = describeDiskError(error);
      emit({ type: "delegations.store_failed", workspaceId, consecutive: failedStores, reason });
    },
    stored() {
      heldBy = undefined;
      failedStores = 0;
    },
  };
}
