import type { ClientInternals } from "../client/internals";
import { listRows } from "../delegation/list";
import { notifyOfResult } from "../delegation/notify";
import type { Delegation } from "../delegation/parse-delegations";
import { type A2AError, settle } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import type { Workspace } from "../identity/workspaces";
import { LockHeldError } from "../storage/lock";
import { toSingleLine } from "../text/sanitize";
import type { BackgroundLimits } from "../validation/options";
import { createFailureReporter } from "./failure-reporter";
import { createNotifier } from "./notifier";
import type { ResolvedResultsOptions } from "./options";
import { type DelegationPage, parsePage } from "./page";
import { type DelegationResult, toDelegationResult } from "./result";
import type { ResultsStore } from "./results-store";
import { wakeUpText } from "./wake-up/message";
import { createParentLookup } from "./wake-up/parent";
import { createWakeUp } from "./wake-up/wake-up";

/** Under a rate limit beats come first: one look for so many of them. */
const BEATS_PER_LOOK_WHEN_LIMITED = 4;
/** However long the platform asks to wait, in milliseconds. */
const LONGEST_WAIT_MS = 600_000;
/** The agent's answer to an announcement is of no interest; after this time, in milliseconds, nobody waits for it. */
const ANNOUNCE_MS = 120_000;
/** Results kept in memory while the disk does not take them. */
const MOST_WAITING = 1000;

export interface ResultsPollerOptions {
  internals: ClientInternals;
  workspace: Workspace;
  settings: ResolvedResultsOptions;
  inbox: ResultsStore;
  path: string | undefined;
  /** One look, in milliseconds. */
  timeoutMs: number;
  emit: Emit<HeartbeatEvent>;
}

/** Brings the results of delegations home, beside the beats: no beat ever waits for it. */
export interface ResultsPoller {
  /** Called after each regular beat, with what went wrong with it. */
  afterBeat(error: A2AError | undefined): void;
  /** Ends what is under way. Resolves when nothing is being written any more. */
  halt(): Promise<void>;
}

export function createResultsPoller(options: ResultsPollerOptions): ResultsPoller {
  const { internals, workspace, settings, inbox, timeoutMs, emit } = options;
  const { clock, requests } = internals;
  const workspaceId = workspace.id;
  const parentOf = createParentLookup(requests, workspace);
  const troubles = createFailureReporter(workspaceId, emit);

  let controller = new AbortController();
  let looking: Promise<void> | undefined;
  let beatsSinceLook = 0;
  let limitedOfLate = false;
  let notBefore = Number.NEGATIVE_INFINITY;
  let malformed = 0;
  let lastIds: readonly string[] = [];
  // What the first look showed was there before anybody waited for it.
  let old: DelegationPage["finished"] | undefined;
  // Not delivered yet: the platform's list may have moved on when the disk takes them.
  const finished = new Map<string, Delegation>();
  // Completed, but the row with the result was not there yet.
  const incomplete = new Set<string>();

  const limits = (ms = timeoutMs): BackgroundLimits => ({ timeoutMs: ms, signal: controller.signal });
  const asOwn = (ms?: number) => ({ source: workspaceId, ...limits(ms) });

  const announcer = createWakeUp({
    workspaceId,
    clock,
    inbox,
    cooldownMs: settings.cooldownMs,
    emit,
    async send(results, messageId) {
      const parent = await parentOf(limits());
      // Remembered ones may be from a time when summaries were wanted.
      const told = settings.summaries ? results : results.map(({ id, status }) => ({ id, status }));
      const text = wakeUpText({ results: told, path: options.path, parent });
      // For runtimes that would rather recognise the message than read it.
      const metadata = { kind: "delegation_results", delegation_ids: results.map(({ id }) => id) };
      return internals.messageSelf(workspace, { text, messageId, metadata }, limits(ANNOUNCE_MS));
    },
    onStoreFailed: troubles.store,
  });
  const notifier = createNotifier({
    workspaceId,
    emit,
    async show(message) {
      const shown = await settle(notifyOfResult(requests, message, asOwn()));
      return shown.ok ? undefined : shown.error;
    },
  });

  async function look(signal: AbortSignal): Promise<void> {
    const rows = await settle(listRows(requests, asOwn()));
    if (rows.ok) {
      troubles.looked();
      await digest(parsePage(rows.value, workspaceId), signal);
    } else {
      troubles.look(rows.error);
      if (rows.error.code === "rate_limited") slowDown(rows.error.retryAfterMs);
    }
  }

  function slowDown(waitMs = 0): void {
    limitedOfLate = true;
    notBefore = Math.max(notBefore, clock.now() + Math.min(waitMs, LONGEST_WAIT_MS));
  }

  async function digest(findings: DelegationPage, signal: AbortSignal): Promise<void> {
    old ??= findings.finished;
    for (const delegation of findings.finished) finished.set(delegation.delegationId, delegation);
    for (const id of [...finished.keys()].slice(0, -MOST_WAITING)) finished.delete(id);
    const opened = await inbox.open().catch((error: unknown) => {
      // Whoever is at work instead delivers what has left the list.
      if (error instanceof LockHeldError) forgetAllBut(findings.ids);
      throw error;
    });
    tellOf(opened.recovered);
    if (opened.isFirst) await passOver(settings.replayOld ? [] : old);
    noteMalformed(findings.malformed);
    noteGap(findings);
    await noteForeign(findings.foreign);
    await deliver(ready());
    troubles.stored();
    signal.throwIfAborted();
    if (settings.announce) announcer.kick();
    // A notice that hangs is nothing the next look would wait for.
    if (settings.notify) notifier.flush();
  }

  function forgetAllBut(ids: readonly string[]): void {
    const listed = new Set(ids);
    for (const id of finished.keys()) if (!listed.has(id)) finished.delete(id);
  }

  async function passOver(delegations: DelegationPage["finished"]): Promise<void> {
    const ids = delegations.map(({ delegationId }) => delegationId);
    await inbox.skip(ids.filter((id) => !internals.outstanding.has(id)));
  }

  /** Those to be delivered now. */
  function ready(): Delegation[] {
    for (const id of inbox.state.seen) finished.delete(id);
    return [...finished.values()].filter(({ delegationId: id, status, responsePreview, error }) => {
      if (status === "failed" || responsePreview !== "" || error !== "" || incomplete.has(id)) return true;
      // The row with the result may come a moment later; one more look will do.
      incomplete.add(id);
      return false;
    });
  }

  async function deliver(delegations: readonly Delegation[]): Promise<void> {
    if (delegations.length === 0) return;
    const nowMs = Date.now();
    tellOf(await inbox.append(delegations.map((delegation) => toDelegationResult(delegation, nowMs))));
    for (const { delegationId: id } of delegations) {
      finished.delete(id);
      incomplete.delete(id);
    }
  }

  function tellOf(results: readonly DelegationResult[]): void {
    if (results.length === 0) return;
    const delegationIds = results.map(({ delegation_id }) => delegation_id);
    emit({ type: "delegations.delivered", workspaceId, delegationIds });
    if (settings.notify) notifier.add(results);
  }

  function noteMalformed(count: number): void {
    if (count > 0 && count !== malformed) emit({ type: "delegations.malformed", workspaceId, count });
    malformed = count;
  }

  /** A full page without anything known means that more may have come and gone since the last look. */
  function noteGap({ full, ids }: DelegationPage): void {
    const known = new Set([...lastIds, ...inbox.state.seen]);
    if (full && known.size > 0 && !ids.some((id) => known.has(id))) {
      emit({ type: "delegations.possible_gap", workspaceId });
    }
    lastIds = ids;
  }

  async function noteForeign(foreign: DelegationPage["foreign"]): Promise<void> {
    const warned = new Set(inbox.state.foreign);
    const fresh = foreign.filter(({ delegationId: id }) => !warned.has(id) && warned.add(id));
    if (fresh.length === 0) return;
    for (const { delegationId, sourceId } of fresh) {
      emit({
        type: "delegations.foreign_source",
        workspaceId,
        delegationId,
        sourceId: toSingleLine(sourceId, 200),
      });
    }
    const ids = fresh.map(({ delegationId }) => delegationId);
    await inbox.note((state) => ({ ...state, foreign: [...state.foreign, ...ids] }));
  }

  async function lookOnce(): Promise<void> {
    const { signal } = controller;
    try {
      await look(signal);
    } catch (error) {
      // Called off, or the disk does not do what it should: what was found waits in memory for the next look.
      if (!signal.aborted) troubles.store(error);
    } finally {
      looking = undefined;
    }
  }

  return {
    afterBeat(error) {
      const limited = error?.code === "rate_limited";
      if (limited) slowDown(error.retryAfterMs);
      beatsSinceLook += 1;
      const beatsPerLook = limitedOfLate ? BEATS_PER_LOOK_WHEN_LIMITED : 1;
      if (looking !== undefined || clock.now() < notBefore || beatsSinceLook < beatsPerLook) return;
      beatsSinceLook = 0;
      limitedOfLate = limited;
      // Only after a start: what is halted stays so.
      if (controller.signal.aborted) controller = new AbortController();
      looking = lookOnce();
    },
    async halt() {
      controller.abort();
      await Promise.all([looking, announcer.halt(), notifier.idle()]);
      await inbox.release();
    },
  };
}
