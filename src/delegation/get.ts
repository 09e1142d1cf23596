import { A2AError, invalidArgument } from "../errors";
import { quote } from "../text/format";
import type { RequestContext } from "../transport/request/platform-request";
import type { CallOptions } from "../validation/options";
import { parsePeerId } from "../validation/peer-id";
import { ALL_ROWS, requestActivity } from "./activity";
import { completeDelegations } from "./complete";
import type { Delegation } from "./delegation-record";
import { listDelegations } from "./list";

/** The id of a delegation, in lower case. Throws `invalid_argument` for anything but a UUID. */
export function checkDelegationId(delegationId: unknown): string {
  const id = parsePeerId(delegationId);
  if (id !== null) return id;
  throw invalidArgument(`Expected \`delegationId\` to be a UUID, got ${quote(delegationId)}.`);
}

/**
 * One delegation as it is now, with its whole result where it has one. Also finds what has left the list of
 * `listDelegations`, among about the last 250. Throws `reply_lost` when the platform knows no such delegation.
 */
export async function getDelegation(
  context: RequestContext,
  delegationId: string,
  options?: CallOptions,
): Promise<Delegation> {
  const id = checkDelegationId(delegationId);
  const listed = await findListed(context, id, options);
  if (listed !== undefined) {
    const [whole = listed] = await completeDelegations(context, [listed], options, false);
    return whole;
  }
  const { delegations } = await requestActivity(context, ALL_ROWS, options, false);
  const found = delegations.find(({ delegationId: each }) => each === id);
  if (found !== undefined) return found;
  throw new A2AError({ code: "reply_lost", message: `Delegation ${id}: ${NEVER_LISTED}`, delivery: "maybe" });
}

/** The delegation as the platform's list shows it; `undefined` when it is not there. */
export async function findListed(
  context: RequestContext,
  id: string,
  options: CallOptions | undefined,
): Promise<Delegation | undefined> {
  const all = await listDelegations(context, options);
  return all.find(({ delegationId }) => delegationId.toLowerCase() === id);
}

export const NEVER_LISTED =
  "The platform never listed it: it may be too long ago, or not be tracked. It may have run all the same.";
