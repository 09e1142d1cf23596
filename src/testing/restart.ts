import type { PlatformState } from "./model/state";

/**
 * Loses what the platform has in memory, as the end of its process does: requests and delegations in flight, rate
 * limits, and what agents declared in their last heartbeat.
 */
export function loseMemory(state: PlatformState): void {
  state.process.starts += 1;
  state.process.rateWindows.clear();
  for (const dispatch of state.dispatches) dispatch.abort();
  for (const workspace of state.workspaces.values()) {
    workspace.idleTimeoutSeconds = null;
    workspace.capabilities = {};
  }
}

/** Loses everything that the platform has stored: workspaces, their tokens, activity, memories and queued messages. */
export function loseDatabase(state: PlatformState): void {
  for (const cancel of state.timers) cancel();
  state.workspaces.clear();
  state.finishedDelegations.clear();
  state.activities.length = 0;
  state.memories.length = 0;
  state.queue.length = 0;
}
