import { isPartial } from "../delegation/complete";
import type { Delegation } from "../delegation/delegation-record";

/**
 * Finished delegations that were not delivered yet. They are kept in memory, because the platform's list may have
 * moved on by the time the disk accepts them, or another holder gives the store up: the newest 1,000.
 */
export interface PendingResults {
  /** Adds delegations, or replaces what was known of them. */
  merge(delegations: readonly Delegation[]): void;
  /** Removes delegations that were delivered. */
  remove(ids: readonly string[]): void;
  /**
   * Those to deliver now. One that is completed without any text is returned the second time only: the platform
   * stores the result in another row, a moment later.
   */
  ready(): Delegation[];
  /**
   * Leaves a delegation for the next page, because the platform did not give the whole of its result. False once that
   * has happened ten times: it is delivered as it is.
   */
  postpone(delegationId: string): boolean;
  /** True when any delegation was left for this page. */
  hasPostponed(): boolean;
  readonly size: number;
}

const MAX_PENDING = 1000;
const MAX_POSTPONED = 10;

export function createPendingResults(): PendingResults {
  const finished = new Map<string, Delegation>();
  /** Ids of completed delegations that had no text yet. */
  const incomplete = new Set<string>();
  /** How often a delegation was left for the next page. */
  const postponed = new Map<string, number>();

  function isReady(delegation: Delegation): boolean {
    const { delegationId, responsePreview, error } = delegation;
    if (!isPartial(delegation) || responsePreview !== "" || error !== "") return true;
    if (incomplete.has(delegationId)) return true;
    incomplete.add(delegationId);
    return false;
  }

  return {
    merge(delegations) {
      for (const delegation of delegations) finished.set(delegation.delegationId, delegation);
      for (const id of [...finished.keys()].slice(0, -MAX_PENDING)) finished.delete(id);
    },
    remove(ids) {
      for (const id of ids) {
        finished.delete(id);
        incomplete.delete(id);
        postponed.delete(id);
      }
    },
    get size() {
      return finished.size;
    },
    ready: () => [...finished.values()].filter(isReady),
    postpone(id) {
      const times = (postponed.get(id) ?? 0) + 1;
      postponed.set(id, times);
      return times <= MAX_POSTPONED;
    },
    hasPostponed: () => postponed.size > 0,
  };
}
