// A registered symbol: one process may load the ES module and the CommonJS build.
const RUNNING = Symbol.for("a2a-peers.heartbeats");

/** How many heartbeats of this process keep each workspace of each platform online. */
function runningCounts(): Map<string, number> {
  const scope = globalThis as { [RUNNING]?: Map<string, number> };
  scope[RUNNING] ??= new Map();
  return scope[RUNNING];
}

/**
 * Records that a heartbeat runs. `isDuplicate` is true when another one of this process keeps the same workspace online
 * already; call `end` when the heartbeat has ended.
 */
export function recordRunning(
  platformUrl: string,
  workspaceId: string,
): { isDuplicate: boolean; end(): void } {
  const counts = runningCounts();
  const key = `${platformUrl} ${workspaceId}`;
  const before = counts.get(key) ?? 0;
  counts.set(key, before + 1);
  return {
    isDuplicate: before > 0,
    end() {
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    },
  };
}
