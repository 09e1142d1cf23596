import type { ClientInternals } from "../client/internals";
import type { A2AError } from "../errors";
import type { Emit, HeartbeatEvent } from "../events";
import { shouldReport } from "../events/thinning";
import type { Workspace } from "../identity/workspaces";
import type { BackgroundLimits } from "../validation/options";
import type { BeatHistory } from "./beat-history";

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
 * Compares what this process registered with what the platform believes, which the answer to a beat does not show:
 * notices that the workspace was removed or paused, and registers it again after an outage.
 */
export interface Reconciler {
  /** Reconciles after the `count`th regular beat, unless that is still under way. Never throws. */
  afterBeat(count: number): void;
  /** Aborts what is under way. */
  halt(): void;
}

interface ReconcilerState {
  isPaused: boolean;
  /** Failed registrations in a row. */
  failures: number;
  /** No registration before this number of beats. */
  nextAttemptAt: number;
  /** Aborts the reconciliation that is under way. */
  controller: AbortController | undefined;
}

/** The platform accepts the beats of a removed workspace, too, so its record is looked up at this interval. */
const BEATS_BETWEEN_LOOKUPS = 10;

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const state: ReconcilerState = {
    isPaused: false,
    failures: 0,
    nextAttemptAt: 0,
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
    halt: () => state.controller?.abort(),
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
  const { outageMs } = history;
  const mayRegister = isHealthy && outageMs !== undefined && count >= state.nextAttemptAt;
  const isLookupDue = isHealthy && count % BEATS_BETWEEN_LOOKUPS === 0;
  if (!history.needsLookup && !mayRegister && !isLookupDue) return;
  history.needsLookup = false;
  const { removed, status } = await internals.lookUpStatus(workspace, limits);
  if (removed !== undefined) {
    onRemoved(removed);
    return;
  }
  if (status === undefined) return;
  emitPause(options, state, status === "paused");
  // Registering would wake a workspace that an operator has paused or hibernated.
  if (!mayRegister || outageMs === undefined || status === "paused" || status === "hibernated") return;
  await registerAgain(options, state, { outageMs, count, limits });
}

function emitPause({ workspace, emit }: ReconcilerOptions, state: ReconcilerState, isPaused: boolean): void {
  if (isPaused === state.isPaused) return;
  state.isPaused = isPaused;
  emit({ type: isPaused ? "heartbeat.paused" : "heartbeat.resumed", workspaceId: workspace.id });
}

async function registerAgain(
  options: ReconcilerOptions,
  state: ReconcilerState,
  attempt: { outageMs: number; count: number; limits: BackgroundLimits },
): Promise<void> {
  const { internals, workspace, history, emit } = options;
  const { outageMs, count, limits } = attempt;
  const registered = await internals.registerAgain(workspace, limits);
  if (registered?.ok) {
    state.failures = 0;
    history.outageMs = undefined;
    emit({ type: "heartbeat.registered_again", workspaceId: workspace.id, outageMs });
    return;
  }
  state.failures += 1;
  if (registered === undefined) {
    // There is no registration to repeat, so no further attempt either.
    history.outageMs = undefined;
    emitRegisterFailed(options, state, {
      code: "configuration",
      message:
        "After an outage the workspace has to be registered anew, and this process has not registered it: call register().",
    });
    return;
  }
  // The next attempt comes after 1, 2, 4 … beats, at most as many as between two lookups.
  state.nextAttemptAt = count + Math.min(2 ** (state.failures - 1), BEATS_BETWEEN_LOOKUPS);
  if (shouldReport(state.failures)) emitRegisterFailed(options, state, registered.error);
}

function emitRegisterFailed(
  { workspace, emit }: ReconcilerOptions,
  { failures: consecutive }: ReconcilerState,
  { code, message: reason }: Pick<A2AError, "code" | "message">,
): void {
  emit({ type: "heartbeat.register_failed", workspaceId: workspace.id, consecutive, code, reason });
}
