import type { Delegation } from "../delegation/delegation-record";
import type { Emit, HeartbeatEvent } from "../events";
import { toSingleLine } from "../text/sanitize";
import type { DelegationPage } from "./page";
import { createPendingResults, type PendingResults } from "./pending-results";
import { type DelegationResult, toDelegationResult } from "./result";
import type { ResultsStore } from "./results-store";

export interface PageProcessorOptions {
  workspaceId: string;
  store: ResultsStore;
  /** Delivers also what was finished before anybody waited for results. */
  replayOld: boolean;
  /** Ids of the delegations of this client: their results are always delivered. */
  outstanding: ReadonlySet<string>;
  emit: Emit<HeartbeatEvent>;
  /** Fetches what the list does not show of these delegations. Rejects when it is aborted. */
  complete(delegations: readonly Delegation[]): Promise<Delegation[]>;
  /** Called with the results that were delivered, after their event. */
  onDelivered(results: readonly DelegationResult[]): void;
}

/**
 * Delivers the new results of a page and emits what the page shows besides. Rejects with the error of the store; what
 * was not delivered stays pending for the next page.
 */
export type ProcessPage = (page: DelegationPage) => Promise<void>;

/** What the pages so far have shown. */
interface PageHistory {
  /** Delegations that were finished on the first page, so before anybody waited for them. */
  initial: readonly Delegation[] | undefined;
  /** Number of malformed rows on the last page. */
  malformed: number;
  /** Ids on the last page. */
  ids: readonly string[];
}

/** Longest source id in an event, in characters; peers choose it. */
const MAX_SOURCE_LENGTH = 200;

export function createPageProcessor(options: PageProcessorOptions): ProcessPage {
  const { store, replayOld, outstanding } = options;
  const history: PageHistory = { initial: undefined, malformed: 0, ids: [] };
  const pending = createPendingResults();

  return async (page) => {
    history.initial ??= page.finished;
    pending.merge(page.finished);
    const opened = await store.open();
    store.setListed(page.ids);
    emitDelivered(options, opened.recovered);
    if (opened.isFirst) {
      const skipped = replayOld ? [] : history.initial.map(({ delegationId }) => delegationId);
      await store.skip(skipped.filter((id) => !outstanding.has(id)));
    }
    emitMalformed(options, history, page);
    emitPossibleGap(options, history, page);
    await reportForeign(options, page);
    await deliver(options, pending);
  };
}

async function deliver(options: PageProcessorOptions, pending: PendingResults): Promise<void> {
  const { store, complete } = options;
  pending.remove(store.state.seen);
  const ready = pending.ready();
  if (ready.length === 0) return;
  const delegations = await complete(ready);
  const nowMs = Date.now();
  const results = delegations.map((delegation) => toDelegationResult(delegation, nowMs));
  emitDelivered(options, await store.append(results));
  pending.remove(delegations.map(({ delegationId }) => delegationId));
}

function emitDelivered(
  { workspaceId, emit, onDelivered }: PageProcessorOptions,
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

/** A full page without any known id: delegations may have been listed and dropped again since the last poll. */
function emitPossibleGap(
  { workspaceId, store, emit }: PageProcessorOptions,
  history: PageHistory,
  { full, ids }: DelegationPage,
): void {
  const known = new Set([...history.ids, ...store.state.seen]);
  if (full && known.size > 0 && !ids.some((id) => known.has(id))) {
    emit({ type: "delegations.possible_gap", workspaceId });
  }
  history.ids = ids;
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
