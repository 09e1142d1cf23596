import type { Delegation } from "./delegation-record";
import { timestampMs } from "./timestamp";

/** The platform gives a delegation 30 minutes; one more for the difference between its clocks. */
const LONGEST_RUN_MS = 31 * 60_000;

/**
 * True for a delegation whose run the platform must have ended by now. One that is older was under way when the
 * platform restarted, which does not take it up again. `nowMs` is the platform's time, in milliseconds since 1970.
 */
export function isOverdue(delegation: Delegation, nowMs: number): boolean {
  return isRunning(delegation) && nowMs - timestampMs(delegation.createdAt ?? "") > LONGEST_RUN_MS;
}

/** True for a delegation that the platform is passing on to the peer, or whose answer it waits for. */
export const isRunning = ({ status }: Delegation): boolean => status === "pending" || status === "dispatched";

/** The fields of an overdue delegation. */
export const lostRun = ({ delegationId, status }: Delegation) =>
  ({
    status: "failed",
    lost: true,
    error: `The platform has lost track of this delegation: it is still \`${status}\` after more than 30 minutes, the longest that the platform waits. The peer may have run it: ask the peer, naming the delegation ${delegationId}. Under the same idempotency key the platform does not run it again, so only a new key does.`,
  }) as const;

/** The fields of an unfinished delegation of which the platform has no row any more. */
export const goneFields = ({ delegationId, status }: Delegation) =>
  ({
    status: "failed",
    lost: true,
    error: `The platform no longer has a record of this delegation, whose last known status was \`${status}\`. The peer may have run it: ask the peer, naming the delegation ${delegationId}. Delegating the task again may run it a second time.`,
  }) as const;

/** The fields of a delegation that is completed and whose result the platform does not have. */
export const lostResult = ({ delegationId }: Delegation) =>
  ({
    lost: true,
    error: `The peer has run the task, but the platform has lost its result, as it does with some results that are not ASCII: ask the peer for it, naming the delegation ${delegationId}. Delegating the task again would run it again.`,
  }) as const;
