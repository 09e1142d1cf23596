import type { RequestContext } from "../transport/request/platform-request";
import type { CallOptions } from "../validation/options";
import type { Delegation } from "./delegation-record";
import { parseDelegations } from "./parse-delegations";
import { type DelegationRows, requestRows } from "./rows";

/** Lists the delegations of a workspace, newest first. The platform lists about the last 25. */
export async function listDelegations(context: RequestContext, options?: CallOptions): Promise<Delegation[]> {
  const { rows, sourceId, platformMs } = await requestRows(context, {
    path: "/delegations",
    options,
    background: false,
  });
  return parseDelegations(rows, sourceId, platformMs);
}

/** The unparsed rows of the platform's list, requested in the background. */
export async function listRows(context: RequestContext, options: CallOptions): Promise<DelegationRows> {
  return requestRows(context, { path: "/delegations", options, background: true });
}
