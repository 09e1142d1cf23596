import type { Emit, InboxEvent, InboxSkipped } from "../events";
import { isPowerOfTen } from "../events/thinning";

/** Counts what is no message, and reports each kind at the 1st, 10th, 100th and so on. */
export interface Counters {
  skip(reason: InboxSkipped["reason"]): void;
  malformed(): void;
}

export function createCounters(workspaceId: string, emit: Emit<InboxEvent>): Counters {
  const skipped = new Map<InboxSkipped["reason"], number>();
  let malformed = 0;
  return {
    skip(reason) {
      const count = (skipped.get(reason) ?? 0) + 1;
      skipped.set(reason, count);
      if (isPowerOfTen(count)) emit({ type: "inbox.skipped", workspaceId, reason, count });
    },
    malformed() {
      malformed += 1;
      if (isPowerOfTen(malformed)) emit({ type: "inbox.malformed", workspaceId, count: malformed });
    },
  };
}
