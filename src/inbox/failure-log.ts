import type { A2AError } from "../errors";
import type { Emit, InboxEvent } from "../events";
import { shouldReport } from "../events/thinning";
import { errorMessage } from "../text/format";

/** Counts failures in a row, and reports each kind at the 1st, 2nd, 3rd, 10th, 20th … of them. */
export interface FailureLog {
  pollFailed(error: A2AError): void;
  pollSucceeded(): void;
  storeFailed(error: unknown): void;
  storeSucceeded(): void;
  /** Another reader has the lock: reported once for each. */
  heldElsewhere(reason: string): void;
  lockTaken(): void;
  readonly pollFailures: number;
  /** Why the last poll failed; `undefined` when it did not. */
  readonly pollError: A2AError | undefined;
  /** Why the lock is not had; `undefined` when no other reader has it. */
  readonly heldBy: string | undefined;
}

interface State {
  pollFailures: number;
  pollError: A2AError | undefined;
  storeFailures: number;
  heldBy: string | undefined;
}

export function createFailureLog(workspaceId: string, emit: Emit<InboxEvent>): FailureLog {
  const state: State = { pollFailures: 0, pollError: undefined, storeFailures: 0, heldBy: undefined };
  return {
    pollFailed(error) {
      const { code, status, message: reason } = error;
      state.pollFailures += 1;
      state.pollError = error;
      const consecutive = state.pollFailures;
      if (code === "closed" || !shouldReport(consecutive)) return;
      const answered = status === undefined ? {} : { status };
      emit({ type: "inbox.poll_failed", workspaceId, consecutive, code, ...answered, reason });
    },
    pollSucceeded() {
      state.pollFailures = 0;
      state.pollError = undefined;
    },
    storeFailed(error) {
      state.storeFailures += 1;
      const consecutive = state.storeFailures;
      if (!shouldReport(consecutive)) return;
      emit({ type: "inbox.store_failed", workspaceId, consecutive, reason: errorMessage(error) });
    },
    storeSucceeded() {
      state.storeFailures = 0;
    },
    heldElsewhere(reason) {
      if (state.heldBy !== reason) emit({ type: "inbox.held_elsewhere", workspaceId, reason });
      state.heldBy = reason;
    },
    lockTaken() {
      state.heldBy = undefined;
    },
    get pollFailures() {
      return state.pollFailures;
    },
    get pollError() {
      return state.pollError;
    },
    get heldBy() {
      return state.heldBy;
    },
  };
}
