import type { A2AError } from "../../errors";
import type { Emit, HeartbeatEvent } from "../../events";
import { isTold } from "../../streak";
import { oneLine } from "../../text";

/** What keeps results from coming home, told at the 1st, 2nd, 3rd, 10th, 20th … time in a row. */
export interface Troubles {
  /** The platform did not tell what became of delegations. */
  look(error: A2AError): void;
  looked(): void;
  /** The disk did not do what it should. */
  store(error: unknown): void;
  stored(): void;
}

export function createTroubles(workspaceId: string, emit: Emit<HeartbeatEvent>): Troubles {
  let failedLooks = 0;
  let failedStores = 0;
  return {
    look({ code, status, message: reason }) {
      if (code === "closed") return;
      failedLooks += 1;
      if (!isTold(failedLooks)) return;
      const answered = status === undefined ? {} : { status };
      emit({ type: "delegations.failed", workspaceId, consecutive: failedLooks, code, ...answered, reason });
    },
    looked() {
      failedLooks = 0;
    },
    store(error) {
      failedStores += 1;
      if (!isTold(failedStores)) return;
      const reason = oneLine(error instanceof Error ? error.message : String(error), 500);
      emit({ type: "delegations.store_failed", workspaceId, consecutive: failedStores, reason });
    },
    stored() {
      failedStores = 0;
    },
  };
}
