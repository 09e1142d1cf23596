import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { type A2AClient, type A2AClientOptions, createA2AClient } from "a2a-peers";

export const WORKSPACE_ID = randomUUID();
export const PEER_ID = randomUUID();

/** Negligible delays without jitter. */
export const QUICK_RETRY = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1, jitter: 0 } as const;

/** A client with short time limits and delays. `options` replace whole sections. */
export function quickClient(platformUrl: string, options: A2AClientOptions = {}): A2AClient {
  return createA2AClient({
    platformUrl,
    workspaceId: WORKSPACE_ID,
    token: "token-of-the-tests",
    retry: QUICK_RETRY,
    timeouts: { sendMs: 5000, requestMs: 5000 },
    ...options,
  });
}

/** The reason of a promise that has to reject, with any value. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Expected a rejection, got ${JSON.stringify(value)}`);
}

const TIMEOUT_MS = 5000;

/** Polls `condition` in every turn of the event loop, without a timer, for at most 5 seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Timed out waiting until ${what}`);
    await setImmediate();
  }
}

/** The number of active resources of one kind, for example `Timeout` or `TCPSocketWrap`. */
export function resources(kind: string): number {
  return process.getActiveResourcesInfo().filter((each) => each === kind).length;
}
