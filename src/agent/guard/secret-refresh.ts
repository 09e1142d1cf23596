import type { Heartbeat } from "../../heartbeat/heartbeat";
import type { Clock } from "../../runtime/clock";

/** From one refresh to the next, in milliseconds: whoever sends wrong secrets must not cause a beat each time. */
const REFRESH_INTERVAL_MS = 10_000;

/**
 * Creates the function that gets the newest inbound secret with a beat, which a request with another one calls for: the
 * platform signs with a new secret before the next regular beat brings it. Requests that come meanwhile share the beat.
 * Resolves to false where that was done a moment ago.
 */
export function createSecretRefresh(heartbeat: Heartbeat, clock: Clock): () => Promise<boolean> {
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refresh: Promise<boolean> | undefined;
  return async () => {
    if (refresh !== undefined) return refresh;
    if (!heartbeat.status.running || clock.now() - refreshedAt < REFRESH_INTERVAL_MS) return false;
    refreshedAt = clock.now();
    refresh = heartbeat
      .beat()
      .then(() => true)
      .finally(() => {
        refresh = undefined;
      });
    return refresh;
  };
}
