import { ALL_ROWS, LISTED_ROWS } from "../delegation/activity";
import { findActivity } from "../delegation/complete";
import { listRows } from "../delegation/list";
import { settle } from "../errors";
import type { ExpectedResults } from "./expected-results";
import type { FailureReporter } from "./failure-reporter";
import type { Notifier } from "./notifier";
import { parsePage } from "./page";
import { createPageProcessor, emitDelivered } from "./page-processor";
import type { PollPacing } from "./poll-pacing";
import type { PollerState, ResultsPollerOptions } from "./poller-options";
import type { DelegationResult } from "./result";
import type { WakeUp } from "./wake-up/wake-up";

export interface PollWorkOptions {
  poller: ResultsPollerOptions;
  state: PollerState;
  failures: FailureReporter;
  pacing: PollPacing;
  expected: ExpectedResults;
  wakeUp: WakeUp;
  notifier: Notifier;
}

/** What a poller does after a beat. Both reject with an error of the store, and when they are aborted. */
export interface PollWork {
  /** Requests the list and delivers what is new in it. */
  poll(signal: AbortSignal): Promise<void>;
  /** In the place of a poll: keeps the store for this heartbeat, and sends messages that are pending. */
  keepStore(signal: AbortSignal): Promise<void>;
}

export function createPollWork(work: PollWorkOptions): PollWork {
  const { poller, state, failures, pacing, expected, wakeUp, notifier } = work;
  const { internals, options, store, timeoutMs, emit } = poller;
  const { requests, outstanding } = internals;
  const workspaceId = poller.workspace.id;
  const limits = (signal: AbortSignal) => ({ source: workspaceId, timeoutMs, signal });
  const onDelivered = (results: readonly DelegationResult[]) => options.notify && notifier.add(results);
  const processPage = createPageProcessor({
    workspaceId,
    store,
    replayOld: options.replayOld,
    outstanding,
    emit,
    requestActivity(what) {
      const rows = what === "all" ? ALL_ROWS : LISTED_ROWS;
      return findActivity(requests, rows, limits(state.controller.signal), true);
    },
    onDelivered,
  });

  function sendPending(signal: AbortSignal): void {
    failures.storeSucceeded();
    signal.throwIfAborted();
    if (options.announce) wakeUp.trigger();
    // Not awaited: the next poll does not depend on it.
    if (options.notify) notifier.flush();
  }

  return {
    async poll(signal) {
      const rows = await settle(listRows(requests, limits(signal)));
      if (!rows.ok) {
        failures.pollFailed(rows.error);
        expected.failed();
        void store.renew();
        if (rows.error.code === "rate_limited") pacing.slowDown(rows.error.retryAfterMs);
        return;
      }
      failures.pollSucceeded();
      const page = parsePage(rows.value.rows, workspaceId, rows.value.platformMs);
      const isDelivered = await processPage(page);
      expected.processed(page, isDelivered, store.state.seen);
      state.hasPolled = true;
      sendPending(signal);
    },
    async keepStore(signal) {
      const { recovered } = await store.open();
      emitDelivered({ workspaceId, emit, onDelivered }, recovered);
      sendPending(signal);
    },
  };
}
