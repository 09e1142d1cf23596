import type { ClientInternals } from "../client/internals";
import type { Emit, HeartbeatEvent } from "../events";
import { shouldReport } from "../events/thinning";
import type { Workspace } from "../identity/workspaces";
import type { BackgroundLimits } from "../validation/options";
import type { BeatHistory } from "./beat-history";

/** Beats of a removed workspace are still answered 200, so every so many beats its record is looked up. */
const BEATS_BETWEEN_LOOKUPS = 10;

export interface ReconcilerOptions {
  internals: ClientInternals;
  workspace: Workspace;
  record: BeatHistory;
  emit: Emit<HeartbeatEvent>;
  /** Called when the workspace is gone. */
  onRemoved(reason: string): void;
}

/** Sees to what a beat alone cannot tell: that the workspace is gone or paused, or that the platform has forgotten it. */
export interface Reconciler {
  /** What there is to do after the `count`th regular beat. Rejects with the signal's reason when called off. */
  reconcile(count: number, limits: BackgroundLimits): Promise<void>;
}

export function createReconciler({
  internals,
  workspace,
  record,
  emit,
  onRemoved,
}: ReconcilerOptions): Reconciler {
  const workspaceId = workspace.id;
  let paused = false;
  let failures = 0;
  let nextTryAt = 0;

  function notePause(status: string | undefined): void {
    const isPaused = status === "paused";
    if (isPaused === paused) return;
    paused = isPaused;
    emit({ type: paused ? "heartbeat.paused" : "heartbeat.resumed", workspaceId });
  }

  /** Registering would revive a workspace that an operator has put to rest. */
  const atRest = (status: string | undefined) => status === "paused" || status === "hibernated";

  async function registerAgain(outageMs: number, count: number, limits: BackgroundLimits): Promise<void> {
    const again = await internals.registerAgain(workspace, limits);
    if (again?.ok) {
      failures = 0;
      record.outageMs = undefined;
      emit({ type: "heartbeat.registered_again", workspaceId, outageMs });
      return;
    }
    failures += 1;
    if (again === undefined) {
      // Nothing to repeat, so nothing to try again.
      record.outageMs = undefined;
      const reason =
        "After an outage the workspace has to be registered anew, and this process has not registered it: call register().";
      emit({
        type: "heartbeat.register_failed",
        workspaceId,
        consecutive: failures,
        code: "configuration",
        reason,
      });
      return;
    }
    // Tried again after 1, 2, 4 … beats, at most as far apart as the look-ups.
    nextTryAt = count + Math.min(2 ** (failures - 1), BEATS_BETWEEN_LOOKUPS);
    const { code, message: reason } = again.error;
    if (shouldReport(failures)) {
      emit({ type: "heartbeat.register_failed", workspaceId, consecutive: failures, code, reason });
    }
  }

  return {
    async reconcile(count, limits) {
      const healthy = record.consecutiveFailures === 0;
      const { outageMs } = record;
      const mayRegister = healthy && outageMs !== undefined && count >= nextTryAt;
      if (!record.alarmed && !mayRegister && !(healthy && count % BEATS_BETWEEN_LOOKUPS === 0)) return;
      record.alarmed = false;
      const standing = await internals.lookUpStatus(workspace, limits);
      if (standing.removed !== undefined) {
        onRemoved(standing.removed);
        return;
      }
      if (standing.status === undefined) return;
      notePause(standing.status);
      if (mayRegister && outageMs !== undefined && !atRest(standing.status)) {
        await registerAgain(outageMs, count, limits);
      }
    },
  };
}
