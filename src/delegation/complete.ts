import { isA2AError } from "../errors";
import type { RequestContext } from "../transport/request/platform-request";
import type { CallOptions } from "../validation/options";
import { type Activity, LISTED_ROWS, requestActivity } from "./activity";
import type { Delegation } from "./delegation-record";

/** True for a delegation of which the platform's list shows a part only, or no result at all. */
export function isPartial({ status, outcome, resultText, lost, previewTruncated }: Delegation): boolean {
  if (outcome !== undefined || resultText !== undefined || lost) return false;
  return status === "completed" || previewTruncated;
}

/**
 * Delegations of the platform's list with their whole results, and with `lost` where the platform has none. Makes one
 * request, and none when nothing is missing. What the platform does not have, or does not answer, stays as it was.
 * Rejects with the signal's reason when it is aborted.
 */
export async function completeDelegations(
  context: RequestContext,
  delegations: readonly Delegation[],
  options: CallOptions | undefined,
  background: boolean,
): Promise<Delegation[]> {
  if (!delegations.some(isPartial)) return [...delegations];
  const activity = await findActivity(context, LISTED_ROWS, options, background);
  return mergeActivity(delegations, activity);
}

/** The delegations with what the activity has of them beyond the list. */
export function mergeActivity(
  delegations: readonly Delegation[],
  activity: Activity | undefined,
): Delegation[] {
  const byId = new Map(activity?.delegations.map((delegation) => [delegation.delegationId, delegation]));
  return delegations.map((listed) => {
    const found = byId.get(listed.delegationId);
    return found !== undefined && isPartial(listed) && !isPartial(found) ? { ...listed, ...found } : listed;
  });
}

/**
 * As `requestActivity`; `undefined` when the platform does not answer now, and nothing when it has no activity at all.
 * Rejects with the signal's reason when it is aborted.
 */
export async function findActivity(
  ...request: Parameters<typeof requestActivity>
): Promise<Activity | undefined> {
  return requestActivity(...request).catch((error: unknown) => {
    if (!isA2AError(error) || error.code === "closed") throw error;
    return error.status === 404 ? { delegations: [], isAll: false, platformMs: undefined } : undefined;
  });
}
