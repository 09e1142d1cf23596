import type { A2AError, A2AErrorCode } from "../../errors";
import type { A2AEvent, Emit } from "../../events";
import { shouldReport } from "../../events/thinning";
import type { Workspace } from "../../identity/workspaces";

/** Emits the events `enricher.failed` and `enricher.dropped`, thinned out: a flood of calls is no flood of events. */
export interface FailureLog {
  /**
   * Records a failed request for one peer, or for the peer list when `peerId` is `undefined`. Emits the 1st, 2nd,
   * 3rd, 10th, 20th … failure of a workspace with the same code in a row.
   */
  recordFailure(workspace: Workspace, peerId: string | undefined, error: A2AError): void;
  /** Ends the row of failures of a workspace. */
  recordSuccess(workspace: Workspace): void;
  /** Records a lookup that the full queue refused. Emits the 1st, 10th, 100th and so on. */
  recordDropped(): void;
  /** Number of refused lookups. */
  readonly dropped: number;
}

/** The last code a workspace failed with, and how often in a row. */
interface FailureRow {
  code: A2AErrorCode;
  count: number;
}

export function createFailureLog(emit: Emit<A2AEvent>): FailureLog {
  const rows = new Map<Workspace, FailureRow>();
  let dropped = 0;

  return {
    recordFailure(workspace, peerId, { code, message }) {
      const last = rows.get(workspace);
      const count = last?.code === code ? last.count + 1 : 1;
      rows.set(workspace, { code, count });
      if (!shouldReport(count)) return;
      const peer = peerId === undefined ? {} : { peerId };
      emit({ type: "enricher.failed", workspaceId: workspace.id, ...peer, code, reason: message });
    },
    recordSuccess(workspace) {
      rows.delete(workspace);
    },
    recordDropped() {
      dropped += 1;
      if (Number.isInteger(Math.log10(dropped))) emit({ type: "enricher.dropped", dropped });
    },
    get dropped() {
      return dropped;
    },
  };
}
