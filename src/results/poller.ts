import type { ClientInternals } from "../client/internals";
import { ALL_ROWS, LISTED_ROWS } from "../delegation/activity";
import { findActivity } from "../delegation/complete";
import { listRows } from "../delegation/list";
import { notifyOfResult } from "../delegation/notify";
import { type A2AError, settle } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import type { Workspace } from "../identity/workspaces";
import { createFailureReporter } from "./failure-reporter";
import { createNotifier } from "./notifier";
import type { ResolvedResultsOptions } from "./options";
import { parsePage } from "./page";
import { createPageProcessor } from "./page-processor";
import { createPollPacing } from "./poll-pacing";
import type { ResultsStore } from "./results-store";
import { createWakeUpSender } from "./wake-up/send";
import { createWakeUp } from "./wake-up/wake-up";

export interface ResultsPollerOptions {
  internals: ClientInternals;
  workspace: Workspace;
  options: ResolvedResultsOptions;
  store: ResultsStore;
  /** Path of the results file; `undefined` when the results are in memory. */
  path: string | undefined;
  /** Limit of one request, in milliseconds. */
  timeoutMs: number;
  emit: Emit<HeartbeatEvent>;
}

/** Polls the platform for results of delegations and delivers them, beside the beats: no beat waits for a poll. */
export interface ResultsPoller {
  /** Polls if a poll is due, and keeps the store either way. Called after each regular beat, with its error if it failed. */
  afterBeat(error: A2AError | undefined): void;
  /** Aborts requests and releases the store. Resolves when nothing is being written any more. */
  halt(): Promise<void>;
}

interface PollerState {
  /** Aborts all requests; replaced by the first poll after a halt. */
  controller: AbortController;
  polling: Promise<void> | undefined;
}

export function createResultsPoller(poller: ResultsPollerOptions): ResultsPoller {
  const { internals, workspace, options, store, timeoutMs, emit } = poller;
  const { requests, clock } = internals;
  const workspaceId = workspace.id;
  const state: PollerState = { controller: new AbortController(), polling: undefined };
  const failures = createFailureReporter(workspaceId, emit);
  const pacing = createPollPacing(clock);
  const { wakeUp, notifier } = createOutlets(poller, state, failures.storeFailed);
  const processPage = createPageProcessor({
    workspaceId,
    store,
    replayOld: options.replayOld,
    outstanding: internals.outstanding,
    emit,
    requestActivity(what) {
      const { signal } = state.controller;
      const rows = what === "all" ? ALL_ROWS : LISTED_ROWS;
      return findActivity(requests, rows, { source: workspaceId, timeoutMs, signal }, true);
    },
    onDelivered: (results) => options.notify && notifier.add(results),
  });

  async function poll(signal: AbortSignal): Promise<void> {
    const rows = await settle(listRows(requests, { source: workspaceId, timeoutMs, signal }));
    if (!rows.ok) {
      failures.pollFailed(rows.error);
      void store.renew();
      if (rows.error.code === "rate_limited") pacing.slowDown(rows.error.retryAfterMs);
      return;
    }
    failures.pollSucceeded();
    await processPage(parsePage(rows.value.rows, workspaceId, rows.value.platformMs));
    failures.storeSucceeded();
    signal.throwIfAborted();
    if (options.announce) wakeUp.trigger();
    // Not awaited: the next poll does not depend on it.
    if (options.notify) notifier.flush();
  }

  async function pollOnce(): Promise<void> {
    const { signal } = state.controller;
    try {
      await poll(signal);
    } catch (error) {
      // Unless it was aborted, the store failed: the results stay in memory until the next poll.
      if (!signal.aborted) failures.storeFailed(error);
    } finally {
      state.polling = undefined;
    }
  }

  return {
    afterBeat(error) {
      const isLimited = error?.code === "rate_limited";
      if (isLimited) pacing.slowDown(error.retryAfterMs);
      pacing.countBeat();
      if (state.polling !== undefined || !pacing.isDue()) {
        void store.renew();
        return;
      }
      pacing.started(isLimited);
      if (state.controller.signal.aborted) state.controller = new AbortController();
      state.polling = pollOnce();
    },
    async halt() {
      state.controller.abort();
      await Promise.all([state.polling, wakeUp.halt(), notifier.idle()]);
      await store.close();
    },
  };
}

/** Creates what tells the agent and the user about delivered results. */
function createOutlets(
  poller: ResultsPollerOptions,
  state: PollerState,
  onStoreFailed: (error: unknown) => void,
) {
  const { internals, workspace, options, store, path, timeoutMs, emit } = poller;
  const workspaceId = workspace.id;
  const { summaries, cooldownMs } = options;
  const sendWakeUp = createWakeUpSender({ internals, workspace, summaries, path, timeoutMs });
  const wakeUp = createWakeUp({
    workspaceId,
    clock: internals.clock,
    store,
    cooldownMs,
    emit,
    send: (results, messageId) => sendWakeUp(results, messageId, state.controller.signal),
    onStoreFailed,
  });
  const notifier = createNotifier({
    workspaceId,
    emit,
    async show(message) {
      const { signal } = state.controller;
      const shown = await settle(
        notifyOfResult(internals.requests, message, { source: workspaceId, timeoutMs, signal }),
      );
      return shown.ok ? undefined : shown.error;
    },
  });
  return { wakeUp, notifier };
}
