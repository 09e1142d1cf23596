import type { Activity } from "../delegation/activity";
import { type Delegation, isFinal } from "../delegation/delegation-record";
import { goneFields, isOverdue, isRunning } from "../delegation/lost";
import type { DelegationPage } from "./page";

/**
 * Follows the unfinished delegations that have left the platform's list, which has the newest 50 rows. The platform
 * changes the old row of a delegation that was queued, failed, or lost its result, so its end never shows in the list.
 */
export interface UnlistedDelegations {
  /** Records what a page of the list shows. */
  record(page: DelegationPage): void;
  /**
   * Also finds, at the next look, what no page has shown, because no process polled at the time: all that is newer than
   * the oldest delegation among the seen. What is older was finished before anybody waited for results.
   */
  catchUp(): void;
  /**
   * Looks for those that have left the list and are not among the `seen`: at once, and after that in every tenth poll
   * while there are any. Returns those that have finished, and as lost those of which the platform has no row any more.
   */
  look(seen: readonly string[]): Promise<Delegation[]>;
  /** True while a look is to be made in one of the next polls. */
  readonly isLooking: boolean;
}

interface UnlistedState {
  /** Oldest first. */
  unfinished: Map<string, Delegation>;
  /** Ids on the latest page. */
  listed: ReadonlySet<string>;
  pollsUntilLook: number;
  catchesUp: boolean;
}

const POLLS_PER_LOOK = 10;
const MAX_UNFINISHED = 1000;

/** `request` returns all that the platform keeps, or `undefined` when it does not answer. Rejects when it is aborted. */
export function createUnlistedDelegations(request: () => Promise<Activity | undefined>): UnlistedDelegations {
  const state: UnlistedState = {
    unfinished: new Map(),
    listed: new Set(),
    pollsUntilLook: 0,
    catchesUp: false,
  };
  const { unfinished } = state;

  function follow(delegation: Delegation): void {
    unfinished.set(delegation.delegationId, delegation);
    const [oldest] = unfinished.keys();
    if (unfinished.size > MAX_UNFINISHED && oldest !== undefined) unfinished.delete(oldest);
  }

  /** The finished ones of what the platform keeps, beyond its list; follows the others. */
  function sortOut({ delegations, isAll, platformMs }: Activity, seen: ReadonlySet<string>): Delegation[] {
    const oldestSeen = state.catchesUp
      ? delegations.findLastIndex(({ delegationId }) => seen.has(delegationId))
      : 0;
    const beyond = delegations.filter(
      ({ delegationId: id }, index) =>
        !state.listed.has(id) && !seen.has(id) && (unfinished.has(id) || index < oldestSeen),
    );
    for (const delegation of beyond) if (!isFinal(delegation)) follow(delegation);
    const kept = new Set(delegations.map(({ delegationId }) => delegationId));
    const gone = [...unfinished.values()]
      .filter(({ delegationId: id }) => isAll && !state.listed.has(id) && !kept.has(id))
      .filter((delegation) => !mayAddRow(delegation, platformMs))
      .map((delegation) => ({ ...delegation, ...goneFields(delegation) }));
    const finished = [...beyond.filter(isFinal), ...gone];
    for (const { delegationId } of finished) unfinished.delete(delegationId);
    return finished;
  }

  const hasUnlisted = () => [...unfinished.keys()].some((id) => !state.listed.has(id));

  return {
    get isLooking() {
      return state.catchesUp || hasUnlisted();
    },
    record({ ids, finished, unfinished: open }) {
      state.listed = new Set(ids);
      for (const { delegationId } of finished) unfinished.delete(delegationId);
      for (const delegation of open) follow(delegation);
    },
    catchUp() {
      state.catchesUp = true;
    },
    async look(seen) {
      for (const id of seen) unfinished.delete(id);
      state.pollsUntilLook = Math.max(0, state.pollsUntilLook - 1);
      if (!(hasUnlisted() || state.catchesUp) || state.pollsUntilLook > 0) return [];
      state.pollsUntilLook = POLLS_PER_LOOK;
      const activity = await request();
      if (activity === undefined) return [];
      const finished = sortOut(activity, new Set(seen));
      state.catchesUp = false;
      return finished;
    },
  };
}

/** True while the platform adds a new row for the result; that of a queued delegation replaces an old one. */
function mayAddRow(delegation: Delegation, platformMs: number | undefined): boolean {
  return isRunning(delegation) && !isOverdue(delegation, platformMs ?? 0);
}
