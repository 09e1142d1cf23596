import type { PlatformState } from "./state";

/** Calls `run` once after so much clock time, unless it is called off or the platform closes. */
export function after(state: PlatformState, ms: number, run: () => void): () => void {
  function cancel(): void {
    state.timers.delete(cancel);
    stop();
  }
  // In the background: a platform that only waits must not keep the process alive.
  const stop = state.clock.setTimer(
    () => {
      state.timers.delete(cancel);
      run();
    },
    ms,
    true,
  );
  state.timers.add(cancel);
  return cancel;
}
