import { type A2AError, settle } from "../errors";
import { notifyOfResult } from "../notify/notify";
import { createEarlyPolls } from "./early-polls";
import { createEventPolls } from "./event-polls";
import { createExpectedResults } from "./expected-results";
import { createFailureReporter } from "./failure-reporter";
import { createNotifier } from "./notifier";
import { createPollPacing } from "./poll-pacing";
import { createPollWork } from "./poll-work";
import type { PollerState, ResultsPollerOptions } from "./poller-options";
import { createWakeUpSender } from "./wake-up/send";
import { createWakeUp } from "./wake-up/wake-up";

/** Polls the platform for results of delegations and delivers them, beside the beats: no beat waits for a poll. */
export interface ResultsPoller {
  /** Polls if a poll is due, and keeps the store either way. Called after each regular beat, with its error if it failed. */
  afterBeat(error: A2AError | undefined): void;
  /** Aborts requests and releases the store. Resolves when nothing is being written any more. */
  halt(): Promise<void>;
}

export function createResultsPoller(poller: ResultsPollerOptions): ResultsPoller {
  const { internals, workspace, store } = poller;
  const state: PollerState = { controller: new AbortController(), running: undefined, hasPolled: false };
  const failures = createFailureReporter(workspace.id, poller.emit);
  const pacing = createPollPacing(internals.clock);
  const expected = createExpectedResults(internals.clock, internals.random);
  const { wakeUp, notifier } = createOutlets(poller, state, failures.storeFailed);
  const work = createPollWork({ poller, state, failures, pacing, expected, wakeUp, notifier });

  const run = (step: (signal: AbortSignal) => Promise<void>) => {
    state.running ??= runStep(state, step, (error) => {
      expected.failed();
      // The results stay in memory until the next poll.
      failures.storeFailed(error);
    });
  };
  const eventPolls = createEventPolls({
    events: internals.workspaceEvents,
    workspace,
    clock: internals.clock,
    idle: async () => state.running,
    poll: () => void (pacing.isLimited || poll()),
  });
  const early = createEarlyPolls(internals.clock, () => {
    if (pacing.isLimited || !expected.areOutstanding) return false;
    poll();
    return true;
  });

  function poll(): void {
    if (state.running !== undefined) return;
    eventPolls.pollStarted();
    run(async (signal) => {
      await work.poll(signal);
      // What comes back at once costs no stream.
      if (!signal.aborted) listenIfAwaited();
    });
  }

  function listenIfAwaited(): void {
    if (expected.areAwaited && !pacing.isLimited) eventPolls.listen();
  }

  function onDelegated(delegationId: string, source: string): void {
    if (source !== workspace.id) return;
    expected.add(delegationId);
    if (!early.start()) listenIfAwaited();
  }

  function resume(): void {
    if (internals.onDelegated.has(onDelegated)) return;
    state.controller = new AbortController();
    internals.onDelegated.add(onDelegated);
    for (const [id, source] of internals.outstanding) if (source === workspace.id) expected.add(id);
  }

  return {
    afterBeat(error) {
      const isLimited = error?.code === "rate_limited";
      if (isLimited) pacing.slowDown(error.retryAfterMs);
      pacing.countBeat();
      resume();
      if (state.running !== undefined || !pacing.isDue()) {
        void store.renew();
        return;
      }
      pacing.started(isLimited);
      early.rearm();
      if (!expected.areAwaited) eventPolls.stop();
      if (expected.isPollDue(eventPolls.areEnough)) poll();
      else if (state.hasPolled) run(work.keepStore);
    },
    async halt() {
      state.controller.abort();
      internals.onDelegated.delete(onDelegated);
      early.cancel();
      eventPolls.stop();
      expected.failed();
      await Promise.all([state.running, wakeUp.halt(), notifier.idle()]);
      await store.close();
    },
  };
}

/** Runs one step of the poller. An error of a step that was not aborted is one of the store. */
async function runStep(
  state: PollerState,
  step: (signal: AbortSignal) => Promise<void>,
  onStoreFailed: (error: unknown) => void,
): Promise<void> {
  const { signal } = state.controller;
  try {
    await step(signal);
  } catch (error) {
    if (!signal.aborted) onStoreFailed(error);
  } finally {
    state.running = undefined;
  }
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
    send: (results, messageId, onSending) =>
      sendWakeUp(results, messageId, onSending, state.controller.signal),
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
