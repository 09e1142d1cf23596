import type { SharedServices } from "../transport/request/shared-services";
import type { CallOptions } from "../validation/options";
import type { WaitOptions } from "../validation/wait-options";
import type { DelegationContext } from "./context";
import { type DelegateOptions, delegate } from "./delegate";
import { getDelegation } from "./get";
import { listDelegations } from "./list";
import { waitForDelegation } from "./wait";

/** Delegating work to peers, following it, and notifying the user. */
export function createDelegation(
  shared: SharedServices,
  workspaceEvents: DelegationContext["workspaceEvents"],
  peers: DelegationContext["peers"],
  { budgetMs, delivery }: Pick<DelegationContext, "budgetMs" | "delivery">,
) {
  const context: DelegationContext = {
    ...shared,
    workspaceEvents,
    peers,
    budgetMs,
    delivery,
    outstanding: new Map(),
    onDelegated: new Set(),
    untracked: new Map(),
  };
  return {
    delegate: (peerId: string, task: string, options?: DelegateOptions) =>
      delegate(context, peerId, task, options),
    listDelegations: (options?: CallOptions) => listDelegations(context, options),
    getDelegation: (delegationId: string, options?: CallOptions) =>
      getDelegation(context, delegationId, options),
    waitForDelegation: (delegationId: string, options?: WaitOptions) =>
      waitForDelegation(context, delegationId, options),
    outstanding: context.outstanding as ReadonlyMap<string, string>,
    onDelegated: context.onDelegated,
  };
}
