import type { Activity } from "../delegation/activity";
import { isPartial, mergeActivity } from "../delegation/complete";
import type { Delegation } from "../delegation/delegation-record";
import type { Emit, HeartbeatEvent } from "../events";
import { toSingleLine } from "../text/sanitize";
import type { DelegationPage } from "./page";
import { createPendingResults, type PendingResults } from "./pending-results";
import { type DelegationResult, toDelegationResult } from "./result";
import type { ResultsStore } from "./results-store";
import { createUnlistedDelegations } from "./unlisted";

export interface PageProcessorOptions {
  workspaceId: string;
  store: ResultsStore;
  /** Delivers also what was finished before anybody waited for results. */
  replayOld: boolean;
  /** Ids of the delegations of this client: their results are always delivered. */
  outstanding: ReadonlyMap<string, string>;
  emit: Emit<HeartbeatEvent>;
  /**
   * Requests whole delegations: what the platform lists now, or all that it keeps. `undefined` when it does not answer.
   * Rejects when it is aborted.
   */
  requestActivity(what: "listed" | "all"): Promise<Activity | undefined>;
  /** Called with the results that were delivered, after their event. */
  onDelivered(results: readonly DelegationResult[]): void;
}

/**
 * Delivers the new results of a page and emits what the page shows besides. Resolves to true when nothing is left to
 * deliver or to be looked for. Rejects with the error of the store; what was not delivered stays pending for the next page.
 */
export type ProcessPage = (page: DelegationPage) => Promise<boolean>;

/** What the pages so far have shown. */
interface PageHistory {
  /** Delegations that were finished on the first page, so before anybody waited for them. */
  initial: readonly Delegation[] | undefined;
  /** The store was opened, and what an earlier process left there is known. */
  isOpened: boolean;
  /** Number of malformed rows on the last page. */
  malformed: number;
  /** Ids on the last page. */
  ids: readonly string[];
}

/** Longest source id in an event, in characters; peers choose it. */
const MAX_SOURCE_LENGTH = 200;

export function createPageProcessor(options: PageProcessorOptions): ProcessPage {
  const { store, replayOld, outstanding } = options;
  const history: PageHistory = { initial: undefined, isOpened: false, malformed: 0, ids: [] };
  const pending = createPendingResults();
  const unlisted = createUnlistedDelegations(() => options.requestActivity("all"));

  return async (page) => {
    history.initial ??= page.finished;
    pending.merge(page.finished);
    unlisted.record(page);
    const opened = await store.open();
    store.setListed(page.ids);
    emitDelivered(options, opened.recovered);
    if (opened.isFirst) {
      const skipped = replayOld ? [] : history.initial.map(({ delegationId }) => delegationId);
      await store.skip(skipped.filter((id) => !outstanding.has(id)));
    }
    // A list that is not full has everything.
    if (!history.isOpened && !opened.isFirst && page.full) unlisted.catchUp();
    history.isOpened = true;
    emitMalformed(options, history, page);
    if (emitPossibleGap(options, history, page)) unlisted.catchUp();
    await reportForeign(options, page);
    pending.merge(await unlisted.look(store.state.seen));
    await deliver(options, pending);
    return pending.size === 0 && !unlisted.isLooking;
  };
}

async function deliver(options: PageProcessorOptions, pending: PendingResults): Promise<void> {
  const { store } = options;
  pending.remove(store.state.seen);
  const delegations = await complete(options, pending);
  if (delegations.length === 0) return;
  const nowMs = Date.now();
  const results = delegations.map((delegation) => toDelegationResult(delegation, nowMs));
  emitDelivered(options, await store.append(results));
  pending.remove(delegations.map(({ delegationId }) => delegationId));
}

/** The finished delegations to deliver now, with what the list does not show of them. */
async function complete(
  { requestActivity }: PageProcessorOptions,
  pending: PendingResults,
): Promise<readonly Delegation[]> {
  const ready = pending.ready();
  if (!ready.some(isPartial)) return ready;
  const activity = await requestActivity(pending.hasPostponed() ? "all" : "listed");
  if (activity !== undefined) return mergeActivity(ready, activity);
  return ready.filter((each) => !isPartial(each) || !pending.postpone(each.delegationId));
}

/** Emits results as delivered. */
export function emitDelivered(
  { workspaceId, emit, onDelivered }: Pick<PageProcessorOptions, "workspaceId" | "emit" | "onDelivered">,
  results: readonly DelegationResult[],
): void {
  if (results.length === 0) return;
  const delegationIds = results.map(({ delegation_id }) => delegation_id);
  emit({ type: "delegations.delivered", workspaceId, delegationIds });
  onDelivered(results);
}

function emitMalformed(
  { workspaceId, emit }: PageProcessorOptions,
  history: PageHistory,
  { malformed: count }: DelegationPage,
): void {
  if (count > 0 && count !== history.malformed) emit({ type: "delegations.malformed", workspaceId, count });
  history.malformed = count;
}

/** True for a full page without any known id: delegations may have been listed and dropped again since the last poll. */
function emitPossibleGap(
  { workspaceId, store, emit }: PageProcessorOptions,
  history: PageHistory,
  { full, ids }: DelegationPage,
): boolean {
  const known = new Set([...history.ids, ...store.state.seen]);
  const isGap = full && known.size > 0 && !ids.some((id) => known.has(id));
  if (isGap) emit({ type: "delegations.possible_gap", workspaceId });
  history.ids = ids;
  return isGap;
}

/** Reports each foreign delegation once. */
async function reportForeign(
  { workspaceId, store, emit }: PageProcessorOptions,
  { foreign }: DelegationPage,
): Promise<void> {
  const reported = new Set(store.state.foreign);
  const fresh = foreign.filter(({ delegationId: id }) => !reported.has(id) && reported.add(id));
  if (fresh.length === 0) return;
  for (const { delegationId, sourceId: given } of fresh) {
    const sourceId = toSingleLine(given, MAX_SOURCE_LENGTH);
    emit({ type: "delegations.foreign_source", workspaceId, delegationId, sourceId });
  }
  await store.recordForeign(fresh.map(({ delegationId }) => delegationId));
}
