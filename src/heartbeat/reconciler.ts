import type { ClientInternals } from "../client/internals";
import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { shouldReport } from "../events/thinning";
import type { Workspace } from "../identity/workspaces";
import type { BackgroundLimits } from "../validation/options";
import type { BeatHistory } from "./beat-history";
import { compareRecord, isAtRest, type OwnRecord } from "./compare-record";

export interface ReconcilerOptions {
  internals: ClientInternals;
  workspace: Workspace;
  history: BeatHistory;
  /** Limit of one request, in milliseconds. */
  timeoutMs: number;
  emit: Emit<HeartbeatEvent>;
  /** Called when the workspace was removed. */
  onRemoved(reason: string): void;
}

/**
 * Compares what this process registered with the record of the platform, which the answer to a beat does not show:
 * notices that the workspace was removed or paused, and registers it again after an outage, after a pause, and when the
 * platform has lost its URL.
 */
export interface Reconciler {
  /** Reconciles after the `count`th regular beat, unless that is still under way. Never throws. */
  afterBeat(count: number): void;
  /** Aborts what is under way. */
  halt(): void;
}

interface ReconcilerState {
  isPaused: boolean;
  /** A pause is over, and the workspace was not registered since. */
  isResumed: boolean;
  /** Why the registration has to be repeated, without the outage. */
  difference: string | undefined;
  /** Failed registrations in a row. */
  failures: number;
  /** Accepted registrations in a row that did not remove the difference. */
  repeats: number;
  /** No registration before this number of beats. */
  nextAttemptAt: number;
  /** No registration because of a difference before this number of beats. */
  nextRepeatAt: number;
  /** Aborts the reconciliation that is under way. */
  controller: AbortController | undefined;
}

/**
 * The platform accepts the beats of a workspace that was removed, or that it cannot reach, so its record is looked up
 * at this interval. At the default interval of the beats that is 60 requests an hour.
 */
const BEATS_BETWEEN_LOOKUPS = 2;
/** The same for a workspace that another process registered, which this one cannot repeat: 12 requests an hour. */
const BEATS_BETWEEN_FOREIGN_LOOKUPS = 10;

/** After a failed registration the next one comes after 1, 2, 4 … beats, and after this number at most. */
const MAX_BEATS_AFTER_FAILURE = 10;
/** After one that did not help, the next one comes after 2, 4, 8 … beats, and after this number at most. */
const MAX_BEATS_AFTER_REPEAT = 64;

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const state: ReconcilerState = {
    isPaused: false,
    isResumed: false,
    difference: undefined,
    failures: 0,
    repeats: 0,
    nextAttemptAt: 0,
    nextRepeatAt: 0,
    controller: undefined,
  };

  async function reconcileOnce(count: number): Promise<void> {
    if (state.controller !== undefined) return;
    state.controller = new AbortController();
    const limits = { timeoutMs: options.timeoutMs, signal: state.controller.signal };
    try {
      await reconcile(options, state, count, limits);
    } catch {
      // Aborted, or the lookup failed; the beats to come bring another one.
    } finally {
      state.controller = undefined;
    }
  }

  return {
    afterBeat: (count) => void reconcileOnce(count),
    halt() {
      // The beats are counted from the next start.
      state.nextAttemptAt = 0;
      state.nextRepeatAt = 0;
      state.controller?.abort();
    },
  };
}

async function reconcile(
  options: ReconcilerOptions,
  state: ReconcilerState,
  count: number,
  limits: BackgroundLimits,
): Promise<void> {
  const { internals, workspace, history, onRemoved } = options;
  const isHealthy = history.consecutiveFailures === 0;
  if (!history.needsLookup && !(isHealthy && isLookupDue(options, state, count))) return;
  history.needsLookup = false;
  const record = await internals.lookUpStatus(workspace, limits);
  if (record.removed !== undefined) {
    onRemoved(record.removed);
    return;
  }
  if (record.status === undefined) return;
  updateDifference(options, state, record);
  // Registering would wake a workspace that an operator has paused or hibernated.
  if (!isHealthy || isAtRest(record.status) || !mayRegister(history, state, count)) return;
  await registerAgain(options, state, count, limits);
}

function isLookupDue(
  { internals, workspace, history }: ReconcilerOptions,
  state: ReconcilerState,
  count: number,
): boolean {
  const isOwn = internals.registrationOf(workspace) !== undefined;
  const interval = isOwn ? BEATS_BETWEEN_LOOKUPS : BEATS_BETWEEN_FOREIGN_LOOKUPS;
  return count % interval === 0 || mayRegister(history, state, count);
}

function mayRegister({ outageMs }: BeatHistory, state: ReconcilerState, count: number): boolean {
  if (count < state.nextAttemptAt) return false;
  return outageMs !== undefined || (state.difference !== undefined && count >= state.nextRepeatAt);
}

function updateDifference(
  { internals, workspace, emit }: ReconcilerOptions,
  state: ReconcilerState,
  record: OwnRecord,
): void {
  const { isPaused: wasPaused } = state;
  state.isPaused = record.status === "paused";
  if (state.isPaused !== wasPaused) {
    state.isResumed = wasPaused;
    emit({ type: state.isPaused ? "heartbeat.paused" : "heartbeat.resumed", workspaceId: workspace.id });
  }
  const registered = internals.registrationOf(workspace);
  if (registered === undefined || isAtRest(record.status)) return;
  const found = compareRecord(registered, record);
  state.difference = found ?? (state.isResumed ? "The workspace is no longer paused" : undefined);
  if (state.difference === undefined) state.repeats = 0;
}

async function registerAgain(
  options: ReconcilerOptions,
  state: ReconcilerState,
  count: number,
  limits: BackgroundLimits,
): Promise<void> {
  const { internals, workspace, history, emit } = options;
  const { outageMs } = history;
  const reason =
    outageMs === undefined ? state.difference : "The platform may have taken the workspace for offline";
  const registered = await internals.registerAgain(workspace, limits);
  if (registered?.ok) {
    if (state.difference !== undefined) state.repeats += 1;
    state.nextRepeatAt = count + Math.min(2 ** state.repeats, MAX_BEATS_AFTER_REPEAT);
    state.difference = undefined;
    state.isResumed = false;
    state.failures = 0;
    history.outageMs = undefined;
    emit({
      type: "heartbeat.registered_again",
      workspaceId: workspace.id,
      outageMs: outageMs ?? 0,
      reason: `${reason}.`,
    });
    return;
  }
  state.failures += 1;
  if (registered === undefined) {
    // There is no registration to repeat, so no further attempt either.
    history.outageMs = undefined;
    state.difference = undefined;
    emitRegisterFailed(options, state, {
      code: "configuration",
      message:
        "After an outage the workspace has to be registered anew, and this process has not registered it: call register().",
    });
    return;
  }
  state.nextAttemptAt = count + Math.min(2 ** (state.failures - 1), MAX_BEATS_AFTER_FAILURE);
  if (shouldReport(state.failures)) emitRegisterFailed(options, state, registered.error);
}

function emitRegisterFailed(
  { workspace, emit }: ReconcilerOptions,
  { failures: consecutive }: ReconcilerState,
  { code, message: reason }: Pick<A2AError, "code" | "message">,
): void {
  emit({ type: "heartbeat.register_failed", workspaceId: workspace.id, consecutive, code, reason });
}
