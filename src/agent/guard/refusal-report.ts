import type { AgentEvent, Emit } from "../../events";
import { isPowerOfTen } from "../../events/thinning";
import type { RequestRefusal } from "./check-request";

/** Why a request was refused; `full`: as many messages are worked on as the agent takes. */
type RefusalReason = RequestRefusal | "full";

/** Reports what is remarkable about the requests to one agent. */
export interface RequestReport {
  /** Counts a refused request, and reports each reason at the 1st, 10th, 100th and so on. */
  refused(reason: RefusalReason): void;
  /** Reports once that a request without a signature was accepted. */
  unsigned(): void;
}

export function createRequestReport(workspaceId: string, emit: Emit<AgentEvent>): RequestReport {
  const counts = new Map<RefusalReason, number>();
  let isUnsignedReported = false;
  return {
    refused(reason) {
      const count = (counts.get(reason) ?? 0) + 1;
      counts.set(reason, count);
      if (isPowerOfTen(count)) emit({ type: "agent.request_refused", workspaceId, reason, count });
    },
    unsigned() {
      if (!isUnsignedReported) emit({ type: "agent.unsigned_accepted", workspaceId });
      isUnsignedReported = true;
    },
  };
}
